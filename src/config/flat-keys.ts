/** The flat keys of the function's configuration. The table in docs/configuration.md is generated from them. */
import { CLIENT_AUTHENTICATION_METHODS } from '../oauth/client-authentication.ts'
import type { Range } from '../platform/schema-fields.ts'
import { IDENTITY_DOMAIN_PATHS, RATE_LIMIT_TIERS } from '../providers/oci-iam.ts'
import { DEFAULTS, GRANTS, LIMITS } from './defaults.ts'

/** The function's configuration: environment variables on OCI. */
export type FlatConfiguration = Readonly<Record<string, string | undefined>>

export interface FlatKey {
  /** The path in the configuration document; undefined if it is a setting of the whole function. */
  readonly at?: string
  /** What its value is: text, if undefined. A list is separated by white space. */
  readonly as?: 'list' | 'number' | 'json'
  /** Whether more tokens may be accepted without it, so that a misspelling must not go unnoticed. */
  readonly isRule?: true
  /** As docs/configuration.md shows it. */
  readonly default?: string
  readonly meaning: string
  /** What to do if it is required and missing. */
  readonly remedy?: string
}

function code(value: string): string {
  return `\`${value}\``
}

function atDomain(endpoint: keyof typeof IDENTITY_DOMAIN_PATHS): string {
  return code(`https://<domain>${IDENTITY_DOMAIN_PATHS[endpoint]}`)
}

function oneOf(values: readonly string[]): string {
  return `${values.slice(0, -1).map(code).join(', ')} or ${code(values.at(-1) ?? '')}`
}

function range({ min, max }: Range): string {
  return `${min} to ${max}`
}

/** The first six are those of the well-known Python sample. */
export const FLAT_KEYS = {
  idcs_introspection_endpoint: {
    at: 'issuers.0.introspection_endpoint',
    meaning: `Introspection endpoint (RFC 7662) of the callers’ identity provider: ${atDomain('introspection')} at an identity domain.`,
  },
  idcs_app_client_id: {
    at: 'issuers.0.client.client_id',
    meaning:
      'Client id of our application at the callers’ identity provider; for introspection or protected keys.',
    remedy: 'Give the client id of our application at the callers’ identity provider.',
  },
  idcs_app_client_secret_ocid: {
    at: 'issuers.0.client.client_secret_ocid',
    meaning: 'OCID of the Vault secret with the application’s client secret.',
    remedy: 'Give the OCID of the Vault secret with the application’s client secret.',
  },
  back_end_token_endpoint: {
    at: 'backends.0.token_endpoint',
    default: 'required, except for `basic`',
    meaning: `Token endpoint of the OIC instance’s identity domain: ${atDomain('token')}.`,
    remedy: `Give the token endpoint of the OIC instance’s identity domain: ${atDomain('token')}.`,
  },
  back_end_app_client_id: {
    at: 'backends.0.client.client_id',
    default: 'required, except for `basic`',
    meaning: 'Client id of the application that holds ServiceInvoker.',
    remedy: 'Give the client id of the application that holds ServiceInvoker.',
  },
  back_end_client_secret_ocid: {
    at: 'backends.0.client.client_secret_ocid',
    default: 'required',
    meaning:
      'OCID of the Vault secret with the application’s client secret; with its private key for `private_key_jwt`, with `user:password` for `basic`.',
    remedy: 'Give the OCID of the Vault secret with the application’s client secret.',
  },
  back_end_scope: {
    at: 'backends.0.scope',
    default: 'required, except for `basic` and `token_exchange`',
    meaning:
      'Scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.',
    remedy:
      'Give the scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.',
  },
  back_end_grant: {
    at: 'backends.0.grant',
    default: code(DEFAULTS.grant),
    meaning: `How the backend’s credential is obtained: ${oneOf(GRANTS)}.`,
  },
  back_end_client_auth: {
    at: 'backends.0.client_auth',
    default: code(DEFAULTS.client_auth),
    meaning: `How we authenticate at the token endpoint: ${oneOf(CLIENT_AUTHENTICATION_METHODS)}.`,
  },
  back_end_assertion_subject_claim: {
    at: 'backends.0.assertion.subject_claim',
    default: code(DEFAULTS.subject_claim),
    meaning: 'For `jwt_bearer`: the claim of the caller’s token that names the user.',
  },
  back_end_assertion_user_controlled_claim: {
    at: 'backends.0.assertion.user_controlled_claim',
    default: 'none',
    meaning:
      'For `jwt_bearer`: `accept` if the subject claim may be one that users can change at their provider, such as `email`.',
  },
  back_end_assertion_key_ocid: {
    at: 'backends.0.assertion.key_ocid',
    default: 'the key of `private_key_jwt`',
    meaning:
      'For `jwt_bearer`: OCID of the Vault secret with the private key that signs user assertions (PEM, with the certificate beside it, or JWK).',
  },
  back_end_assertion_key_id: {
    at: 'backends.0.assertion.key_id',
    default: '`kid` of the JWK',
    meaning: '`kid` of assertions: the alias of our certificate at the identity domain.',
  },
  back_end_assertion_audience: {
    at: 'backends.0.assertion.audience',
    as: 'list',
    default: '`https://identity.oraclecloud.com/`, elsewhere the token endpoint',
    meaning: '`aud` of assertions, space-separated.',
  },
  back_end_exchange_audience: {
    at: 'backends.0.exchange.audience',
    default: 'none',
    meaning: 'For `token_exchange`: the requested `audience`.',
  },
  audience: {
    at: 'issuers.0.audience',
    as: 'list',
    isRule: true,
    default: 'required',
    meaning:
      'Accepted `aud` values, space-separated; one match is enough. `any` turns the check off, and every cold start logs it.',
    remedy: 'Give the primary audience of the API’s application, such as https://api.example.com/.',
  },
  issuer: {
    at: 'issuers.0.issuer',
    isRule: true,
    meaning:
      'Accepted `iss`, compared byte by byte; required for `jwt`. It is `https://identity.oraclecloud.com/` for every identity domain.',
  },
  validation: {
    at: 'issuers.0.validation',
    isRule: true,
    default: '`introspection` if its endpoint is set, else `jwt`',
    meaning:
      'How callers’ tokens are validated: `introspection`, `jwt`, or `jwt_and_introspection` (signature first, then revocation).',
  },
  jwks_uri: {
    at: 'issuers.0.jwks_uri',
    meaning: `URL of the issuer’s keys, for \`jwt\`: ${atDomain('keys')} at an identity domain.`,
  },
  jwks_access: {
    at: 'issuers.0.jwks_access',
    default: code(DEFAULTS.jwks_access),
    meaning:
      '`client_credentials` if the keys are protected, as an identity domain’s are: the application above gets a token for them.',
  },
  jwks: {
    at: 'issuers.0.jwks',
    as: 'json',
    meaning: 'The issuer’s keys themselves, as a JWK Set in JSON, in place of `jwks_uri`.',
  },
  algorithms: {
    at: 'issuers.0.algorithms',
    as: 'list',
    isRule: true,
    default: code(DEFAULTS.algorithms.join(' ')),
    meaning: 'Accepted signature algorithms, space-separated.',
  },
  required_scopes: {
    at: 'issuers.0.required_scopes',
    as: 'list',
    isRule: true,
    default: 'none',
    meaning: 'Scopes that every caller needs, space-separated; all of them.',
  },
  allowed_clients: {
    at: 'issuers.0.allowed_clients',
    as: 'list',
    isRule: true,
    default: 'every client',
    meaning: 'Client ids that may call, space-separated.',
  },
  clock_tolerance_seconds: {
    at: 'issuers.0.clock_tolerance_seconds',
    as: 'number',
    isRule: true,
    default: String(LIMITS.clock_tolerance.default),
    meaning: `Allowance for differing clocks, ${range(LIMITS.clock_tolerance)}.`,
  },
  introspection_cache_seconds: {
    at: 'issuers.0.introspection_cache_seconds',
    as: 'number',
    default: String(LIMITS.introspection_cache.default),
    meaning: `How long an introspection answer is reused, ${range(LIMITS.introspection_cache)}; never beyond the token’s expiry. The gateway has a cache of its own.`,
  },
  min_back_end_token_seconds: {
    at: 'backends.0.min_token_seconds',
    as: 'number',
    default: String(LIMITS.min_back_end_token.default),
    meaning: `Tokens for OIC with less time left are not used, ${range(LIMITS.min_back_end_token)}: the gateway caches each answer for at least 60 seconds.`,
  },
  max_decision_seconds: {
    as: 'number',
    isRule: true,
    default: String(LIMITS.max_decision.default),
    meaning: `Longest time that the gateway may cache a permit, ${range(LIMITS.max_decision)}: how long a revoked token can still pass.`,
  },
  secret_ttl_seconds: {
    as: 'number',
    default: String(LIMITS.secret_ttl.default),
    meaning: `How long a Vault secret is used before it is read again, ${range(LIMITS.secret_ttl)}.`,
  },
  authorizer_config: {
    meaning:
      'The configuration as one JSON document, for several issuers; see below. Replaces the flat keys of issuer and backend.',
  },
  authorizer_config_secret_ocid: {
    meaning: 'OCID of a Vault secret with that document, if it does not fit into 4 KB.',
  },
  token_argument: {
    default: code(DEFAULTS.token_argument),
    meaning: 'Name of the argument that holds the token, as in the deployment’s `parameters`.',
  },
  context_claims: {
    at: 'issuers.0.context_claims',
    as: 'list',
    default: 'none',
    meaning: 'Claims that routes may use as `${request.auth[<claim>]}`, space-separated.',
  },
  log_level: {
    default: code(DEFAULTS.log_level),
    meaning: '`debug`, `info` (each decision), `warn`, `error` (faults only).',
  },
  rate_limit_tier: {
    meaning: `The identity domain’s tier, to log how much of its rate limit this instance uses: ${oneOf(RATE_LIMIT_TIERS)}.`,
  },
  vault_secrets_endpoint: {
    default: 'the region’s',
    meaning: 'Origin of Vault’s Secret Retrieval API, for private endpoints and local runs.',
  },
} as const satisfies Record<string, FlatKey>

export type FlatKeyName = keyof typeof FLAT_KEYS

/** Keys that hold the document, in place of those for an issuer and a backend. */
export const DOCUMENT_KEYS = ['authorizer_config', 'authorizer_config_secret_ocid'] as const
