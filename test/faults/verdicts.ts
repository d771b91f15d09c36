/**
 * The expected decision for each fault, by the dependency that fails.
 */

import type { Spoil } from './fault-proxy.ts'

export const DEPENDENCIES = ['introspection', 'keys', 'token endpoint', 'Vault'] as const
export type DependencyName = (typeof DEPENDENCIES)[number]

/** A fault of what comes from the dependency. */
export type FaultOfAnswer = readonly [name: string, expected: Expectations, spoil: Spoil]

/** The verdict on a call by a cold function, as in `fault keys_unavailable timed_out`. */
export type Expectations = Readonly<Record<DependencyName, string>>

function all(verdict: string): Expectations {
  return {
    introspection: verdict,
    keys: verdict,
    'token endpoint': verdict,
    Vault: verdict,
  }
}

export const PERMIT = all('permit permitted')
/** The call gets so little time that a dependency which does not answer makes it fault at its end. */
export const LATE = all('fault deadline_exceeded timed_out')

export function unavailable(detail: string): Expectations {
  return {
    introspection: `fault introspection_unavailable ${detail}`,
    keys: `fault keys_unavailable ${detail}`,
    'token endpoint': `fault token_endpoint_unavailable ${detail}`,
    Vault: `fault secret_unavailable ${detail}`,
  }
}

/** An answer that is whole, but no JSON. */
export const NOT_JSON: Expectations = {
  introspection: 'fault introspection_unusable not_json',
  keys: 'fault keys_unusable no_jwk_set',
  'token endpoint': 'fault credential_unusable not_json',
  Vault: 'fault secret_unavailable not_json',
}

/** Good JSON with another media type: keys and secrets are read by their content. */
export const MISLABELLED: Expectations = {
  ...PERMIT,
  introspection: 'fault introspection_unusable media_type',
  'token endpoint': 'fault credential_unusable media_type',
}

/** JSON, but no object. */
export const NO_OBJECT: Expectations = {
  ...NOT_JSON,
  Vault: 'fault secret_unusable content_missing',
}

/** An object that says nothing. Not saying that a token is active is saying that it is not. */
export const SAYS_NOTHING: Expectations = {
  introspection: 'deny token_inactive',
  keys: 'fault keys_unusable no_jwk_set',
  'token endpoint': 'fault credential_unusable access_token_missing',
  Vault: 'fault secret_unusable content_missing',
}

/** Some statuses say that it is our client that is refused (RFC 6749 §5.2, RFC 7662 §2.3). */
export function status(code: number): Expectations {
  const detail = `status_${code}`
  return {
    ...unavailable(detail),
    ...([400, 401, 403].includes(code)
      ? { introspection: `fault introspection_refused ${detail}` }
      : {}),
    // Others need an `error` to say so.
    ...(code === 401 ? { 'token endpoint': `fault credential_refused ${detail}` } : {}),
  }
}

/**
 * Oracle's client reads Vault's answer with any media type, and repairs its UTF-8; the secret in it
 * is Base64, which neither changes.
 */
export function toleratedByVault(verdicts: Expectations): Expectations {
  return {
    ...verdicts,
    Vault: 'permit permitted',
  }
}
