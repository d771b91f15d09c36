/**
 * Owns the names of the flat configuration keys and what is said of them; the README's table is
 * made from this one; and what fields of the document are called among them.
 * Pure.
 */

export interface FlatKey {
  /** The default as a person reads it. */
  readonly default: string
  readonly meaning: string
}

/** Keys of the OCI Functions configuration. The first six are those of the well-known Python sample. */
export const FLAT_KEYS = {
  idcs_introspection_endpoint: {
    default: '–',
    meaning:
      'Introspection endpoint (RFC 7662) of the callers’ identity provider: `https://<domain>/oauth2/v1/introspect` at an identity domain.',
  },
  idcs_app_client_id: {
    default: '–',
    meaning:
      'Client id of our application at the callers’ identity provider, for introspection or protected keys.',
  },
  idcs_app_client_secret_ocid: {
    default: '–',
    meaning: 'OCID of the Vault secret with that application’s client secret.',
  },
  back_end_token_endpoint: {
    default: 'required but for `basic`',
    meaning:
      'Token endpoint of the integration’s identity domain: `https://<domain>/oauth2/v1/token`.',
  },
  back_end_app_client_id: {
    default: 'required but for `basic`',
    meaning: 'Client id of the application that holds ServiceInvoker.',
  },
  back_end_client_secret_ocid: {
    default: 'required',
    meaning:
      'OCID of the Vault secret with that application’s client secret; with its private key for `private_key_jwt`, with `user:password` for `basic`.',
  },
  back_end_scope: {
    default: 'required but for `basic` and `token_exchange`',
    meaning:
      'Scope of the integration, sent as it stands: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.',
  },
  back_end_grant: {
    default: '`client_credentials`',
    meaning:
      'How the backend’s credential is obtained: `client_credentials`, `jwt_bearer` (a user assertion), `token_exchange`, or `basic` (legacy).',
  },
  back_end_client_auth: {
    default: '`client_secret_basic`',
    meaning:
      'How we authenticate at the token endpoint: `client_secret_basic`, `client_secret_post` or `private_key_jwt`.',
  },
  back_end_assertion_subject_claim: {
    default: '`sub`',
    meaning: 'For `jwt_bearer`: the claim of the caller’s token that names the user.',
  },
  back_end_assertion_user_controlled_claim: {
    default: 'none',
    meaning:
      'For `jwt_bearer`: `accept` where the subject claim may be one that users can change at their provider, such as `email`.',
  },
  back_end_assertion_key_ocid: {
    default: 'the key of `private_key_jwt`',
    meaning:
      'For `jwt_bearer`: OCID of the Vault secret with the private key that signs user assertions (PEM, with the certificate beside it, or JWK).',
  },
  back_end_assertion_key_id: {
    default: '`kid` of the JWK',
    meaning: '`kid` of assertions: the alias of our certificate at the identity domain.',
  },
  back_end_assertion_audience: {
    default: '`https://identity.oraclecloud.com/`, elsewhere the token endpoint',
    meaning: '`aud` of assertions, space-separated.',
  },
  back_end_exchange_audience: {
    default: 'none',
    meaning: 'For `token_exchange`: the `audience` that is asked for.',
  },
  audience: {
    default: 'required',
    meaning:
      'Accepted `aud` values, space-separated; one match is enough. `any` switches the check off, and every cold start logs that it is off.',
  },
  issuer: {
    default: '–',
    meaning:
      'Accepted `iss`, exact to the byte; required for `jwt`. Every identity domain says `https://identity.oraclecloud.com/`.',
  },
  validation: {
    default: '`introspection` if its endpoint is set, else `jwt`',
    meaning:
      'How callers’ tokens are judged: `introspection`, `jwt`, or `jwt_and_introspection` (signature first, then revocation).',
  },
  jwks_uri: {
    default: '–',
    meaning:
      'Address of the issuer’s keys, for `jwt`: `https://<domain>/admin/v1/SigningCert/jwk` at an identity domain.',
  },
  jwks_access: {
    default: '`public`',
    meaning:
      '`client_credentials` where the keys are protected, as an identity domain’s are: a token is fetched for them with the application above.',
  },
  jwks: {
    default: '–',
    meaning: 'The issuer’s keys themselves, as a JWK Set in JSON, in place of `jwks_uri`.',
  },
  algorithms: {
    default: '`RS256`',
    meaning: 'Accepted signature algorithms, space-separated.',
  },
  required_scopes: {
    default: 'none',
    meaning: 'Scopes that every caller needs, space-separated; all of them.',
  },
  allowed_clients: {
    default: 'every client',
    meaning: 'Client ids that may call, space-separated.',
  },
  clock_tolerance_seconds: {
    default: '30',
    meaning: 'Allowance for differing clocks, 0 to 300.',
  },
  introspection_cache_seconds: {
    default: '0',
    meaning:
      'How long an introspection answer is reused, 0 to 300; never beyond the token’s expiry. The gateway has a cache of its own.',
  },
  min_back_end_token_seconds: {
    default: '120',
    meaning:
      'A backend token with less left is never handed out, 60 to 3600: the gateway keeps each answer for 60 seconds at least.',
  },
  max_decision_seconds: {
    default: '3600',
    meaning:
      'Longest time that the gateway may keep a permit, 60 to 3600: how long a revoked token can still pass.',
  },
  secret_ttl_seconds: {
    default: '300',
    meaning: 'How long a Vault secret is used before it is read again, 0 to 86400.',
  },
  authorizer_config: {
    default: '–',
    meaning:
      'The configuration as one JSON document, for several issuers; see below. Takes the place of all keys for an issuer or the backend.',
  },
  authorizer_config_secret_ocid: {
    default: '–',
    meaning: 'OCID of a Vault secret that holds that document, where it does not fit into 4 KB.',
  },
  token_argument: {
    default: '`token`',
    meaning: 'Name of the argument that holds the token, as in the deployment’s `parameters`.',
  },
  context_claims: {
    default: 'none',
    meaning: 'Claims that routes may use as `${request.auth[<claim>]}`, space-separated.',
  },
  log_level: {
    default: '`info`',
    meaning: '`debug`, `info` (each decision), `warn`, `error` (faults alone).',
  },
  rate_limit_tier: {
    default: '–',
    meaning:
      'The identity domain’s tier, for telling in the log how much of its rate limit this instance uses: `free`, `oracle_apps`, `oracle_apps_premium`, `premium` or `external_user`.',
  },
  vault_secrets_endpoint: {
    default: 'the region’s',
    meaning: 'Origin of Vault’s Secret Retrieval API, for private endpoints and local runs.',
  },
} as const satisfies Record<string, FlatKey>

export type FlatKeyName = keyof typeof FLAT_KEYS

export function isFlatKey(name: string): name is FlatKeyName {
  return Object.hasOwn(FLAT_KEYS, name)
}

/** What to do where the key, or the member of a document that stands for it, is missing. */
export function remedyOfMissingKey(key: FlatKeyName): string {
  return key === 'audience'
    ? 'Give the primary audience of the API’s application, such as https://api.example.com/.'
    : FLAT_KEYS[key].meaning
}

/** Keys that hold the document form, in place of those for an issuer and a backend. */
export const DOCUMENT_KEYS = [
  'authorizer_config',
  'authorizer_config_secret_ocid',
] as const satisfies readonly FlatKeyName[]

/** Keys that concern the function as a whole, in either form. */
export const SETTING_KEYS = [
  'token_argument',
  'max_decision_seconds',
  'secret_ttl_seconds',
  'log_level',
  'rate_limit_tier',
  'vault_secrets_endpoint',
] as const satisfies readonly FlatKeyName[]

type Names = Readonly<Record<string, string>>

/** What fields of the document are called among the flat keys, where the names differ. */
export const FLAT_NAMES: Readonly<Record<'issuer' | 'backend', Names>> = {
  issuer: {
    introspection_endpoint: 'idcs_introspection_endpoint',
    'client.client_id': 'idcs_app_client_id',
    'client.client_secret_ocid': 'idcs_app_client_secret_ocid',
  },
  backend: {
    grant: 'back_end_grant',
    token_endpoint: 'back_end_token_endpoint',
    'client.client_id': 'back_end_app_client_id',
    'client.client_secret_ocid': 'back_end_client_secret_ocid',
    secret_ocid: 'back_end_client_secret_ocid',
    scope: 'back_end_scope',
    assertion: 'back_end_assertion_…',
    'assertion.key_ocid': 'back_end_assertion_key_ocid',
    'assertion.subject_claim': 'back_end_assertion_subject_claim',
    'assertion.user_controlled_claim': 'back_end_assertion_user_controlled_claim',
    exchange: 'back_end_exchange_audience',
  },
}
