/**
 * The flat keys of the function's configuration, in the order of the table in docs/configuration.md,
 * whose texts come from the schemas.
 */

/** The function's configuration: environment variables on OCI. */
export type FlatConfiguration = Readonly<Record<string, string | undefined>>

export interface FlatKey {
  /** The path in the configuration document; undefined if it is a setting of the whole function. */
  readonly at?: string
  /** What its value is: text, if undefined. A list is separated by white space. */
  readonly as?: 'list' | 'number' | 'json'
  /** Without it more tokens are accepted, so a misspelt one is a problem and not a warning. */
  readonly isRule?: true
}

/** The first six, and the scope, are those of the well-known Python sample. */
export const FLAT_KEYS = {
  idcs_introspection_endpoint: { at: 'issuers.0.introspection_endpoint' },
  idcs_app_client_id: { at: 'issuers.0.client.client_id' },
  idcs_app_client_secret_ocid: { at: 'issuers.0.client.client_secret_ocid' },
  back_end_token_endpoint: { at: 'backends.0.token_endpoint' },
  back_end_app_client_id: { at: 'backends.0.client.client_id' },
  back_end_client_secret_ocid: { at: 'backends.0.client.client_secret_ocid' },
  back_end_scope: { at: 'backends.0.scope' },
  back_end_grant: { at: 'backends.0.grant' },
  back_end_client_auth: { at: 'backends.0.client_auth' },
  back_end_assertion_subject_claim: { at: 'backends.0.assertion.subject_claim' },
  back_end_assertion_user_controlled_claim: { at: 'backends.0.assertion.user_controlled_claim' },
  back_end_assertion_key_ocid: { at: 'backends.0.assertion.key_ocid' },
  back_end_assertion_key_id: { at: 'backends.0.assertion.key_id' },
  back_end_assertion_audience: { at: 'backends.0.assertion.audience', as: 'list' },
  back_end_exchange_audience: { at: 'backends.0.exchange.audience' },
  audience: { at: 'issuers.0.audience', as: 'list', isRule: true },
  issuer: { at: 'issuers.0.issuer', isRule: true },
  validation: { at: 'issuers.0.validation', isRule: true },
  jwks_uri: { at: 'issuers.0.jwks_uri' },
  jwks_access: { at: 'issuers.0.jwks_access' },
  jwks: { at: 'issuers.0.jwks', as: 'json' },
  algorithms: { at: 'issuers.0.algorithms', as: 'list', isRule: true },
  required_scopes: { at: 'issuers.0.required_scopes', as: 'list', isRule: true },
  allowed_clients: { at: 'issuers.0.allowed_clients', as: 'list', isRule: true },
  clock_tolerance_seconds: {
    at: 'issuers.0.clock_tolerance_seconds',
    as: 'number',
    isRule: true,
  },
  introspection_cache_seconds: { at: 'issuers.0.introspection_cache_seconds', as: 'number' },
  min_back_end_token_seconds: { at: 'backends.0.min_token_seconds', as: 'number' },
  max_decision_seconds: { as: 'number', isRule: true },
  secret_ttl_seconds: { as: 'number' },
  authorizer_config: {},
  authorizer_config_secret_ocid: {},
  token_argument: {},
  context_claims: { at: 'issuers.0.context_claims', as: 'list' },
  log_level: {},
  rate_limit_tier: {},
  vault_secrets_endpoint: {},
} as const satisfies Record<string, FlatKey>

export type FlatKeyName = keyof typeof FLAT_KEYS

/** Keys that hold the document, in place of those for an issuer and a backend. */
export const DOCUMENT_KEYS = ['authorizer_config', 'authorizer_config_secret_ocid'] as const
