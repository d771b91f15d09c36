/** The closed list of reasons for denials and faults. The table in docs/reasons.md is generated from it. */

/** The error code of a Bearer challenge (RFC 6750 §3.1); `none` is a challenge without one. */
export type ChallengeError = 'none' | 'invalid_request' | 'invalid_token' | 'insufficient_scope'

interface Meaning {
  readonly meaning: string
  readonly remedy: string
}

/**
 * Why a token was denied. The log has the reason; the caller gets only the challenge. Who has to act on
 * a reason is in scripts/explain/responsible.ts.
 */
export const DENIAL_REASONS = {
  ...withChallenge('none', {
    token_missing: {
      meaning: 'The request has no token.',
      remedy:
        'Send `Authorization: Bearer …`. If callers do, check that the deployment passes the header as the argument `token`.',
    },
    scheme_unsupported: {
      meaning: 'The credentials do not use the Bearer scheme.',
      remedy: 'Send `Authorization: Bearer …`.',
    },
  }),
  ...withChallenge('invalid_request', {
    request_malformed: {
      meaning: 'The gateway sent neither of the two documented payloads.',
      remedy:
        'Check the authentication policy: multi-argument (`parameters`) or single-argument (`tokenHeader`).',
    },
    token_repeated: {
      meaning: 'The request has more than one token.',
      remedy: 'Send one `Authorization` header with one token.',
    },
    token_malformed: {
      meaning: 'The token contains characters that a Bearer token cannot have (RFC 6750 §2.1).',
      remedy: 'Send the token as it was issued, without quotes, spaces or line breaks.',
    },
    token_too_long: {
      meaning: 'The token is longer than 16 KiB.',
      remedy:
        'Configure the identity provider to put fewer claims into it. The gateway’s own limit is lower: 8 KB for all headers.',
    },
  }),
  ...withChallenge('invalid_token', {
    token_opaque: {
      meaning: 'The token is not a JWT, and no configured issuer introspects such tokens.',
      remedy:
        'Configure the identity provider to issue JWTs for this API, or configure introspection.',
    },
    jwt_malformed: {
      meaning:
        'The token looks like a JWT and is not a valid one: its signature is missing, or it has padding, characters outside base64url, or too many parts or dots.',
      remedy: 'Send the token as it was issued.',
    },
    token_encrypted: {
      meaning: 'The token is an encrypted JWT (JWE).',
      remedy: 'Configure the identity provider to issue signed tokens for this API.',
    },
    algorithm_not_allowed: {
      meaning: 'The token’s `alg` is not one of the configured `algorithms`.',
      remedy:
        'Compare `algorithms` with what the identity provider signs with. `none` and HS… are never accepted.',
    },
    header_unacceptable: {
      meaning:
        'The token’s header has `crit`, `b64`, `enc`, `zip` or `cty`, or a `kid` or `typ` that is not a string.',
      remedy:
        '`expected` names the parameter. Ask who issues such tokens; an access token needs none of these.',
    },
    key_unknown: {
      meaning:
        'The issuer publishes no key with the token’s `kid`, or the key is not trusted (`detail` says why).',
      remedy:
        'Get a new token. If new ones are refused too, the keys are of another tenant or environment. With `detail`: ask the identity provider to publish a key without that problem.',
    },
    signature_invalid: {
      meaning: 'The token was not signed with the issuer’s key.',
      remedy:
        'Get a new token. All identity domains have the same issuer and key name: check that the keys are those of the right domain.',
    },
    expiry_missing: {
      meaning: 'The token has no `exp`, which a JWT access token must have (RFC 9068 §2.2).',
      remedy: 'Configure the identity provider to issue tokens that expire.',
    },
    token_inactive: {
      meaning:
        'The identity provider says that the token is not active: it has expired, was revoked, or is unknown there.',
      remedy:
        'Get a new token. If new ones are refused as well, they come from another identity provider.',
    },
    token_expired: {
      meaning: 'The token has expired (`exp`).',
      remedy: 'Get a new token. If it is new, check the clocks.',
    },
    token_not_yet_valid: {
      meaning: 'The token’s `nbf` or `iat` is in the future.',
      remedy: 'Check the clocks. `clock_tolerance_seconds` allows for a difference.',
    },
    claims_malformed: {
      meaning: 'A claim of the token has the wrong type, such as `null`, or an impossible value.',
      remedy:
        '`expected` names the claim. `exp`, `nbf` and `iat` are numbers of seconds; `iss` and `sub` are strings.',
    },
    issuer_mismatch: {
      meaning: 'The token’s `iss` is missing or differs from the configured `issuer`.',
      remedy:
        'Compare it with `expected`; a trailing slash counts. Identity domains use `https://identity.oraclecloud.com/`.',
    },
    audience_mismatch: {
      meaning:
        'The token’s `aud` has none of the configured `audience` values, or the token has no `aud`.',
      remedy:
        'Request a token with a scope of this API, or correct `audience`. If the provider’s access tokens have no `aud`, as those of Cognito, set `audience` to `any` and restrict `allowed_clients`.',
    },
    token_type_wrong: {
      meaning:
        'The token is not an access token. Its header `typ` or its claims are those of an ID token, a refresh token or another JWT.',
      remedy:
        'Send the `access_token` of the token response. If it is one, compare its `typ` with `expected`.',
    },
    token_sender_constrained: {
      meaning:
        'The token is bound to a key (`cnf`: DPoP or mutual TLS) and was sent as a plain Bearer token.',
      remedy: 'Configure the identity provider to issue Bearer tokens for this API.',
    },
    client_not_allowed: {
      meaning: 'The token names no client, or one that is not in `allowed_clients`.',
      remedy:
        'Add the client ID to `allowed_clients`, or remove `allowed_clients` to allow every client.',
    },
    claim_mismatch: {
      meaning: 'A claim in `required_claims` is missing from the token or has another value.',
      remedy: 'Compare the token with `expected`.',
    },
    lifetime_too_long: {
      meaning:
        'The time from `iat` to `exp` is longer than `max_token_lifetime_seconds`, or one of them is missing.',
      remedy: 'Shorten the lifetime at the identity provider, or raise the limit.',
    },
    entra_v1_token: {
      meaning:
        'The token is a version 1 token of Microsoft Entra; it is from another tenant, or version 2 is configured.',
      remedy:
        'Set `requestedAccessTokenVersion` to 2 in the manifest of the API’s app registration, or configure `token_version` 1; compare `tenant` with the token.',
    },
    entra_v2_token: {
      meaning:
        'The token is a version 2 token of Microsoft Entra; it is from another tenant, or version 1 is configured.',
      remedy: 'Compare `tenant` and `token_version` with the token.',
    },
    entra_graph_token: {
      meaning: 'The token is for Microsoft Graph. No other API can validate such tokens.',
      remedy: 'Request a scope of this API (`api://…/.default`) instead of one of Graph.',
    },
    auth0_opaque_token: {
      meaning:
        'The token is opaque. Auth0 issues such tokens, which only Auth0 can read, if a request has no `audience`.',
      remedy: 'Send this API’s `audience` in the token request, so that Auth0 issues a JWT.',
    },
    okta_org_token: {
      meaning:
        'The token is from Okta’s org authorization server. Only Okta can validate such tokens.',
      remedy: 'Use a custom authorization server, such as `default`.',
    },
    keycloak_account_audience: {
      meaning: 'Keycloak put only `account` into `aud`.',
      remedy: 'Add an audience mapper for this API to a client scope of the caller’s client.',
    },
    subject_missing: {
      meaning:
        'The grant needs a user, and the token names none: the configured claim is missing, malformed or not verified, or the token is an application’s.',
      remedy: 'Send a user’s token; compare the configured subject claim with its claims.',
    },
  }),
  ...withChallenge('insufficient_scope', {
    backend_unmatched: {
      meaning: 'No backend is configured for this caller or this request.',
      remedy: 'Compare the conditions (`when`) of the backends with the call.',
    },
    permission_missing: {
      meaning:
        'The token has neither a scope nor a role. Microsoft Entra issues such tokens to every application in the tenant.',
      remedy:
        'Grant the client an app role or a scope of the API, with admin consent, or list the client in `allowed_clients`.',
    },
    scope_insufficient: {
      meaning: 'The token lacks one of the `required_scopes`.',
      remedy:
        'Request a token with all scopes in `expected`. Identity domains put short scope names into tokens.',
    },
  }),
}

function withChallenge<Reason extends string>(
  challenge: ChallengeError,
  meanings: Readonly<Record<Reason, Meaning>>,
): Readonly<Record<Reason, Meaning & { readonly challenge: ChallengeError }>> {
  const entries = Object.entries<Meaning>(meanings)
  return Object.fromEntries(
    entries.map(([reason, meaning]) => [reason, { challenge, ...meaning }]),
  ) as Record<Reason, Meaning & { readonly challenge: ChallengeError }>
}

/** Why there is no decision about a token, or no credential for the backend. The caller gets 502. */
export const FAULT_REASONS = {
  config_invalid: {
    meaning:
      'The configuration has problems. `detail` has the keys; the last event `config_invalid` has the details.',
    remedy:
      'Correct these keys. Changed keys take effect at the next cold start; a changed document in Vault takes effect within `secret_ttl_seconds`.',
  },
  secret_unavailable: {
    meaning: 'Vault did not return a secret.',
    remedy:
      '`secret` has its OCID. 404: wrong OCID, or no policy lets this function read it (a new policy takes up to 15 minutes). 401: resource principal or clock. Otherwise: route to Vault (service gateway).',
  },
  secret_unusable: {
    meaning:
      'The secret is empty, not UTF-8, or does not have the required form: a private key, or `user:password`.',
    remedy: 'Create a new version of the secret. `detail` has the problem of this one.',
  },
  introspection_unavailable: {
    meaning: 'The introspection endpoint did not answer, or not with status 200.',
    remedy:
      '`detail` has the cause: DNS, connection, TLS, timeout or status. Check the endpoint and the subnet’s route to it. 3xx: give the address that it redirects to.',
  },
  introspection_refused: {
    meaning: 'The introspection endpoint refused our own client (400, 401 or 403).',
    remedy:
      'Check client id and secret; at an identity domain, tick “Introspect” in the application and activate it. If `detail` is `invalid_token`, the endpoint rejects the caller’s token with an error: see `hint`.',
  },
  introspection_unusable: {
    meaning:
      'The introspection endpoint’s answer is not an introspection response (RFC 7662 §2.2).',
    remedy:
      'Check that the configured introspection endpoint is one and not a login page. `detail` names a malformed member.',
  },
  keys_unavailable: {
    meaning:
      'The issuer’s keys could not be fetched, and the cached keys do not match the token or are too old.',
    remedy:
      '`detail` has the cause. 401 or 403 from an identity domain: set `jwks_access` to `client_credentials`, or enable public access to the signing certificate. `token_unauthorized_client`: tick the grant “Client credentials” in our application. 3xx: give the address that it redirects to.',
  },
  keys_unusable: {
    meaning:
      'The response from the issuer’s `jwks_uri` is not a JWK Set, has no key that can be trusted, or has more than 100 keys that could have signed the token.',
    remedy: 'Check `jwks_uri`. The warning `keys_left_out` names the keys that were dropped.',
  },
  discovery_unavailable: {
    meaning: 'The issuer’s discovery document could not be fetched.',
    remedy:
      '`detail` has the cause. Check the URL and the subnet’s route to it. 3xx: give the address that it redirects to.',
  },
  discovery_unusable: {
    meaning:
      'The response is not a discovery document, belongs to another issuer, or lacks a required endpoint.',
    remedy:
      '`detail` has the problem. If the provider publishes a different `issuer`, configure the endpoints instead.',
  },
  token_endpoint_unavailable: {
    meaning:
      'The token endpoint for the backend did not answer, or answered with an unexpected status.',
    remedy:
      '`detail` has the cause. 429: the rate limit of the identity domain is exceeded. 3xx: give the address that it redirects to.',
  },
  credential_refused: {
    meaning: 'The token endpoint refused to issue a token for the backend (RFC 6749 §5.2).',
    remedy:
      '`detail` has its error code. invalid_client: id or secret. invalid_scope: copy the scope from the application for OIC. unauthorized_client: tick the grant.',
  },
  credential_unusable: {
    meaning: 'The token endpoint’s answer has no usable Bearer token.',
    remedy: '`detail` has the cause.',
  },
  credential_too_short_lived: {
    meaning:
      'The token endpoint issues tokens with a shorter lifetime than the configured minimum (`min_back_end_token_seconds`; in a document `min_token_seconds`).',
    remedy:
      'Increase the token lifetime in the application for OIC. The gateway caches each answer for at least 60 seconds.',
  },
  deadline_exceeded: {
    meaning: 'The call’s time ran out before a decision was made.',
    remedy: 'Find the slow dependency, whose reason is in `hint`; or raise the function’s timeout.',
  },
  internal_error: {
    meaning: 'A defect in this software.',
    remedy: 'Report it with the log line. `detail` has the kind of error.',
  },
} as const satisfies Record<string, Meaning>

/** Conditions that do not stop the function but need attention. Each is logged once per instance or outage. */
export const WARNING_REASONS = {
  document_not_read: {
    meaning:
      'Vault no longer returns the configuration document. The last one stays in use for up to an hour.',
    remedy:
      '`detail` has the cause. 404: the secret or the policy is missing. Otherwise: route to Vault.',
  },
  keys_left_out: {
    meaning:
      'The issuer publishes keys that are not trusted to verify signatures. Tokens that they signed are denied.',
    remedy:
      '`detail` has the `kid` of each and the cause. If tokens are signed with another key, nothing has to be done.',
  },
  secret_has_white_space: {
    meaning: 'A client secret begins or ends with white space. It is sent unchanged.',
    remedy: 'Create a new version without it: `printf %s`, not `echo`.',
  },
  previous_secret_used: {
    meaning:
      'The identity provider rejected the current version of a secret and accepted the previous one.',
    remedy: 'Complete the rotation at the identity provider.',
  },
  backend_audience_mismatch: {
    meaning: 'The token for the backend has a different audience from the configured one.',
    remedy: 'If the backend answers 401, compare the scope with the application for OIC.',
  },
  backend_scope_mismatch: {
    meaning: 'The token for the backend lacks a requested scope.',
    remedy: 'If the backend answers 401, add the scope to the application that requests the token.',
  },
} as const satisfies Record<string, Meaning>

export type WarningReason = keyof typeof WARNING_REASONS

/** Logs a warning, with the names (never the values) of what it concerns. */
export type Warn = (reason: WarningReason, about: Readonly<Record<string, string>>) => void

export type DenialReason = keyof typeof DENIAL_REASONS
export type FaultReason = keyof typeof FAULT_REASONS
