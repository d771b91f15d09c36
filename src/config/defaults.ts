/** Ranges and defaults of the configuration, for the schemas and the table in docs/configuration.md. */
import { TOKEN_TYPES } from '../oauth/token-endpoint.ts'
import type { Limits } from '../platform/schema-fields.ts'

/** All in whole seconds. */
export const LIMITS = {
  clock_tolerance: { min: 0, max: 300, default: 30 },
  introspection_cache: { min: 0, max: 300, default: 0 },
  min_back_end_token: { min: 60, max: 3600, default: 120 },
  max_decision: { min: 60, max: 3600, default: 3600 },
  secret_ttl: { min: 0, max: 86_400, default: 300 },
} as const satisfies Record<string, Limits>

export const DEFAULTS = {
  algorithms: ['RS256'],
  client_auth: 'client_secret_basic',
  grant: 'client_credentials',
  jwks_access: 'public',
  log_level: 'info',
  subject_claim: 'sub',
  subject_token_type: TOKEN_TYPES.accessToken,
  token_argument: 'token',
} as const

/** How a backend's credential can be obtained. */
export const GRANTS = ['client_credentials', 'jwt_bearer', 'token_exchange', 'basic'] as const
