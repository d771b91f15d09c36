/**
 * Owns the closed list of reasons for denials and faults; the README's table is made from it.
 * Pure.
 */

/** The error code of a Bearer challenge (RFC 6750 §3.1); `none` is the bare challenge. */
export type ChallengeError = 'none' | 'invalid_request' | 'invalid_token' | 'insufficient_scope'

interface DenialMeaning {
  readonly challenge: ChallengeError
  readonly meaning: string
  readonly remedy: string
}

interface FaultMeaning {
  readonly meaning: string
  readonly remedy: string
}

/** Why a token was judged bad. The log tells the reason; the caller is told the challenge alone. */
export const DENIAL_REASONS = {
  token_missing: {
    challenge: 'none',
    meaning: 'The request carries no token.',
    remedy:
      'Send `Authorization: Bearer …`. If callers do, check that the deployment passes the header as the argument `token`.',
  },
  scheme_unsupported: {
    challenge: 'none',
    meaning: 'The credentials are of another scheme than Bearer.',
    remedy: 'Send `Authorization: Bearer …`.',
  },
  request_malformed: {
    challenge: 'invalid_request',
    meaning: 'What the gateway sent is not one of the two documented payloads.',
    remedy:
      'Check the authentication policy: multi-argument (`parameters`) or single-argument (`tokenHeader`).',
  },
  token_repeated: {
    challenge: 'invalid_request',
    meaning: 'More than one token came with the request.',
    remedy: 'Send one `Authorization` header with one token.',
  },
  token_malformed: {
    challenge: 'invalid_request',
    meaning: 'The token has characters that no Bearer token has (RFC 6750 §2.1).',
    remedy: 'Send the token as it was issued: no quotes, no blanks, no line breaks.',
  },
  token_too_long: {
    challenge: 'invalid_request',
    meaning: 'The token is longer than 16 KiB.',
    remedy:
      'Have the identity provider put fewer claims into it; the gateway takes 8 KB of headers.',
  },
  token_opaque: {
    challenge: 'invalid_token',
    meaning: 'The token is no JWT, and no issuer that introspects is configured for such tokens.',
    remedy: 'Have the identity provider issue JWTs for this API, or configure introspection.',
  },
  jwt_malformed: {
    challenge: 'invalid_token',
    meaning:
      'The token begins like a JWT and does not go on like one: no signature, padding, other letters, or too many parts.',
    remedy: 'Send the token as it was issued.',
  },
  token_encrypted: {
    challenge: 'invalid_token',
    meaning: 'The token is an encrypted JWT (JWE), which is meant for somebody else.',
    remedy: 'Have the identity provider issue signed tokens for this API.',
  },
  algorithm_not_allowed: {
    challenge: 'invalid_token',
    meaning: 'The token’s `alg` is not among the configured `algorithms`.',
    remedy:
      'Compare `algorithms` with what the identity provider signs with; `none` and HS… never pass.',
  },
  header_unacceptable: {
    challenge: 'invalid_token',
    meaning:
      'The token’s header has `crit`, `b64`, `enc`, `zip` or `cty`, or a `kid` or `typ` that is not a string.',
    remedy:
      '`expected` names the parameter. Find out who issues such tokens; no access token needs one of these.',
  },
  key_unknown: {
    challenge: 'invalid_token',
    meaning:
      'The issuer has no key that the token’s `kid` names, or one that is not trusted: `detail` says why then.',
    remedy:
      'Get a new token. If new ones are refused too, the keys are of another tenant or environment. With `detail`: have the identity provider publish a better key.',
  },
  signature_invalid: {
    challenge: 'invalid_token',
    meaning: 'The token’s signature is not by the issuer’s key.',
    remedy:
      'Get a new token. All identity domains share issuer and key name: check that the keys are of the right one.',
  },
  expiry_missing: {
    challenge: 'invalid_token',
    meaning: 'The token has no `exp`, which a JWT access token must have (RFC 9068 §2.2).',
    remedy: 'Have the identity provider issue tokens that expire.',
  },
  token_inactive: {
    challenge: 'invalid_token',
    meaning:
      'The identity provider says that the token is not active: expired, revoked, unknown or not its own.',
    remedy:
      'Get a new token. If new ones are refused too, they come from another identity provider.',
  },
  token_expired: {
    challenge: 'invalid_token',
    meaning: 'The token’s `exp` has passed.',
    remedy: 'Get a new token; check the clocks if it is new.',
  },
  token_not_yet_valid: {
    challenge: 'invalid_token',
    meaning: 'The token’s `nbf` or `iat` lies in the future, beyond the tolerance.',
    remedy: 'Check the clocks; `clock_tolerance_seconds` allows for some difference.',
  },
  claims_malformed: {
    challenge: 'invalid_token',
    meaning: 'A claim of the token has a type or a value that it cannot have.',
    remedy:
      'Look at the token: `exp`, `nbf`, `iat` are numbers of seconds, `iss` and `sub` strings.',
  },
  issuer_mismatch: {
    challenge: 'invalid_token',
    meaning: 'The token’s `iss` is missing or is not the configured `issuer`, byte for byte.',
    remedy:
      'Compare both; a trailing slash counts. Identity domains use `https://identity.oraclecloud.com/`.',
  },
  audience_mismatch: {
    challenge: 'invalid_token',
    meaning: 'None of the token’s `aud` values is in the configured `audience`.',
    remedy: 'Ask for a token with a scope of this API’s resource server, or correct `audience`.',
  },
  token_type_wrong: {
    challenge: 'invalid_token',
    meaning: 'It is no access token: an ID token, a refresh token or another kind.',
    remedy: 'Send the `access_token` of the token answer.',
  },
  token_sender_constrained: {
    challenge: 'invalid_token',
    meaning:
      'The token is bound to a key (`cnf`: DPoP or mutual TLS) and came as a plain Bearer token.',
    remedy: 'Have the identity provider issue Bearer tokens for this API.',
  },
  client_not_allowed: {
    challenge: 'invalid_token',
    meaning: 'The token’s client is unknown or not among `allowed_clients`.',
    remedy: 'Add the client id, or leave `allowed_clients` empty to allow every client.',
  },
  claim_mismatch: {
    challenge: 'invalid_token',
    meaning: 'The token lacks a claim of `required_claims`, or has it with another value.',
    remedy: 'Compare the token with the configuration.',
  },
  lifetime_too_long: {
    challenge: 'invalid_token',
    meaning:
      'From `iat` to `exp` it is longer than `max_token_lifetime_seconds`, or one of them is missing.',
    remedy: 'Shorten the lifetime at the identity provider, or raise the limit.',
  },
  entra_v1_token: {
    challenge: 'invalid_token',
    meaning: 'A version 1 token of Microsoft Entra came where version 2 is configured.',
    remedy:
      'Set `requestedAccessTokenVersion` to 2 in the manifest of the API’s app registration, or configure `token_version` 1.',
  },
  entra_v2_token: {
    challenge: 'invalid_token',
    meaning:
      'A version 2 token of Microsoft Entra came, of another tenant or where version 1 is configured.',
    remedy: 'Compare `tenant` and `token_version` with the token.',
  },
  entra_graph_token: {
    challenge: 'invalid_token',
    meaning: 'The token is for Microsoft Graph; nobody else can verify such tokens.',
    remedy: 'Ask for a scope of this API (`api://…/.default`), not of Graph.',
  },
  auth0_opaque_token: {
    challenge: 'invalid_token',
    meaning: 'Auth0 issued an opaque token, which nobody but Auth0 can read.',
    remedy: 'Send the `audience` of this API with the token request; Auth0 issues JWTs then.',
  },
  okta_org_token: {
    challenge: 'invalid_token',
    meaning:
      'The token is of Okta’s org authorization server, whose tokens only Okta may validate.',
    remedy: 'Use a custom authorization server, such as `default`.',
  },
  keycloak_account_audience: {
    challenge: 'invalid_token',
    meaning: 'Keycloak put `account` into `aud` and nothing else.',
    remedy: 'Add an audience mapper for this API to a client scope of the caller’s client.',
  },
  subject_missing: {
    challenge: 'invalid_token',
    meaning:
      'The backend wants to see a person, and the token names none: it lacks the configured claim, or is an application’s.',
    remedy: 'Send a user’s token; compare `back_end_assertion_subject_claim` with its claims.',
  },
  backend_unmatched: {
    challenge: 'insufficient_scope',
    meaning: 'No backend is configured for this caller or this request.',
    remedy: 'Compare the conditions (`when`) of the backends with the call.',
  },
  permission_missing: {
    challenge: 'insufficient_scope',
    meaning:
      'The token carries neither scope nor role. Microsoft Entra issues such tokens to every application of the tenant.',
    remedy:
      'Grant the client an app role or a scope of the API and consent to it as an administrator; or list it in `allowed_clients`.',
  },
  scope_insufficient: {
    challenge: 'insufficient_scope',
    meaning: 'The token lacks one of the `required_scopes`.',
    remedy: 'Ask for a token with all of them; identity domains put short scope names into tokens.',
  },
} as const satisfies Record<string, DenialMeaning>

/** Why no judgement, or no credential for the backend, could be had. The caller sees 502. */
export const FAULT_REASONS = {
  config_invalid: {
    meaning:
      'The configuration has problems: `detail` names the keys, the event `config_invalid` of the cold start tells what to do.',
    remedy: 'Correct the keys that it names. A change works from the next cold start on.',
  },
  secret_unavailable: {
    meaning: 'Vault did not give a secret.',
    remedy:
      '`secret` names it. 404: wrong OCID, or no policy that lets this function read it (new policies take up to 15 minutes). 401: resource principal or clock. Otherwise: route to Vault (service gateway).',
  },
  secret_unusable: {
    meaning:
      'The secret is empty, no UTF-8 text, no private key or not `user:password` where that is wanted.',
    remedy: 'Create a new version of the secret; `detail` tells what is wrong with this one.',
  },
  introspection_unavailable: {
    meaning: 'The introspection endpoint did not answer, or not with status 200.',
    remedy:
      '`detail` tells how: name, connection, TLS, time, status. Check the endpoint and the subnet’s way out.',
  },
  introspection_refused: {
    meaning: 'The introspection endpoint refused our own client (400, 401 or 403).',
    remedy:
      'Check client id and secret; at an identity domain, tick “Introspect” in the application and activate it. `detail` `invalid_token`: the endpoint rejects the caller’s token with an error, see `hint`.',
  },
  introspection_unusable: {
    meaning: 'The introspection endpoint’s answer is no introspection answer (RFC 7662 §2.2).',
    remedy:
      'Check that `idcs_introspection_endpoint` is the introspection endpoint and no login page.',
  },
  keys_unavailable: {
    meaning: 'The issuer’s keys could not be fetched, and those at hand do not fit or are too old.',
    remedy:
      '`detail` tells how. 401 or 403 from an identity domain: set `jwks_access` to `client_credentials`, or open the signing certificate to everybody.',
  },
  keys_unusable: {
    meaning:
      'The issuer’s key address answered with something that is no JWK Set, or has no key to trust.',
    remedy: 'Check `jwks_uri`.',
  },
  discovery_unavailable: {
    meaning: 'The issuer’s discovery document could not be fetched.',
    remedy: '`detail` tells how.',
  },
  discovery_unusable: {
    meaning:
      'The discovery document is none, is of another issuer, or lacks an endpoint that is needed.',
    remedy:
      '`detail` names what is wrong. Give the endpoints in the configuration where the provider publishes a foreign `issuer`.',
  },
  token_endpoint_unavailable: {
    meaning: 'The token endpoint for the backend did not answer, or not as a token endpoint.',
    remedy: '`detail` tells how. 429: the identity domain’s rate limit is reached.',
  },
  credential_refused: {
    meaning: 'The token endpoint refused to issue a token for the backend (RFC 6749 §5.2).',
    remedy:
      '`detail` has its error code. invalid_client: id or secret. invalid_scope: copy the scope from the integration’s application. unauthorized_client: tick the grant.',
  },
  credential_unusable: {
    meaning: 'The token endpoint’s answer holds no usable Bearer token.',
    remedy: '`detail` tells what is wrong with it.',
  },
  credential_too_short_lived: {
    meaning:
      'The token endpoint issues tokens that live shorter than `min_back_end_token_seconds`.',
    remedy:
      'Raise the token lifetime of the integration’s application: the gateway keeps each answer for 60 seconds at least.',
  },
  deadline_exceeded: {
    meaning: 'The time for the call was used up before a decision was made.',
    remedy: 'Look for the slow neighbour; raise the function’s timeout.',
  },
  internal_error: {
    meaning: 'A defect of this software.',
    remedy: 'Report it with the log line; `detail` names the kind of error.',
  },
} as const satisfies Record<string, FaultMeaning>

interface WarningMeaning {
  readonly meaning: string
  readonly remedy: string
}

/** What does not keep the function from working, but ought to be looked at. Each is told once. */
export const WARNING_REASONS = {
  document_not_read: {
    meaning:
      'Vault does not give the configuration document any more. The last one serves for an hour.',
    remedy:
      '`detail` tells why. 404: the secret is gone, or the policy. Otherwise: route to Vault.',
  },
  keys_left_out: {
    meaning:
      'The issuer publishes keys that are not trusted to verify signatures. Tokens that they signed are denied.',
    remedy:
      '`detail` names each by its `kid`, and why. Nothing to do if tokens are signed with another key.',
  },
  secret_has_white_space: {
    meaning: 'A client secret begins or ends with white space, and is sent with it.',
    remedy: 'Create a new version without it: `printf %s`, not `echo`.',
  },
  previous_secret_used: {
    meaning:
      'The identity provider refused the current version of a secret and took the previous one.',
    remedy: 'Rotate at the identity provider, too, or wait for it.',
  },
  backend_audience_mismatch: {
    meaning: 'The token for the backend is for another audience than its configuration names.',
    remedy: 'If the backend answers 401, compare the scope with the integration’s application.',
  },
  backend_scope_mismatch: {
    meaning: 'The token for the backend lacks a scope that was asked for.',
    remedy: 'If the backend answers 401, add the scope to our application at the identity domain.',
  },
} as const satisfies Record<string, WarningMeaning>

export type WarningReason = keyof typeof WARNING_REASONS

/** Tells a warning, with the names (never the values) of what it is about. */
export type Warn = (reason: WarningReason, about: Readonly<Record<string, string>>) => void

export type DenialReason = keyof typeof DENIAL_REASONS
export type FaultReason = keyof typeof FAULT_REASONS
