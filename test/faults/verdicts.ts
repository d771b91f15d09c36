/** The expected verdict on a cold call for each fault, by the dependency that fails. */

export const DEPENDENCIES = ['introspection', 'keys', 'token endpoint', 'Vault'] as const
export type DependencyName = (typeof DEPENDENCIES)[number]

/** Each with its detail, as in `fault keys_unavailable timed_out`. */
export type Expectations = Readonly<Record<DependencyName, string>>

function forAll(verdict: string): Expectations {
  return { introspection: verdict, keys: verdict, 'token endpoint': verdict, Vault: verdict }
}

export const PERMITTED = forAll('permit permitted')
/** The call has a short deadline, which ends the wait for the dependency. */
export const DEADLINE_EXCEEDED = forAll('fault deadline_exceeded timed_out')

export function unavailable(detail: string): Expectations {
  return {
    introspection: `fault introspection_unavailable ${detail}`,
    keys: `fault keys_unavailable ${detail}`,
    'token endpoint': `fault token_endpoint_unavailable ${detail}`,
    Vault: `fault secret_unavailable ${detail}`,
  }
}

export const NOT_JSON: Expectations = {
  introspection: 'fault introspection_unusable not_json',
  keys: 'fault keys_unusable no_jwk_set',
  'token endpoint': 'fault credential_unusable not_json',
  Vault: 'fault secret_unavailable not_json',
}

/** Valid JSON. The function ignores the media type of keys and secrets. */
export const WRONG_MEDIA_TYPE: Expectations = {
  ...PERMITTED,
  introspection: 'fault introspection_unusable media_type',
  'token endpoint': 'fault credential_unusable media_type',
}

/** JSON, but not an object. */
export const NOT_AN_OBJECT: Expectations = {
  ...NOT_JSON,
  Vault: 'fault secret_unusable content_missing',
}

/** A token is inactive unless the response contains `active: true`. */
export const EMPTY_OBJECT: Expectations = {
  introspection: 'deny token_inactive',
  keys: 'fault keys_unusable no_jwk_set',
  'token endpoint': 'fault credential_unusable access_token_missing',
  Vault: 'fault secret_unusable content_missing',
}

/** Some statuses mean that the server rejects the function's client (RFC 6749 §5.2, RFC 7662 §2.3). */
export function status(code: number): Expectations {
  const detail = `status_${code}`
  return {
    ...unavailable(detail),
    ...([400, 401, 403].includes(code)
      ? { introspection: `fault introspection_refused ${detail}` }
      : {}),
    // At the token endpoint, other statuses mean that only with an `error`.
    ...(code === 401 ? { 'token endpoint': `fault credential_refused ${detail}` } : {}),
  }
}

/** Oracle's client repairs invalid UTF-8, which does not change the Base64 of a secret. */
export function permittedForVault(expected: Expectations): Expectations {
  return { ...expected, Vault: 'permit permitted' }
}
