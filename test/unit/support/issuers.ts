/** Parts of the configuration of an issuer. */
import type {
  ClaimNames,
  IntrospectionConfig,
  IssuerConfig,
  JwtConfig,
  TokenRules,
} from '../../../src/config/model.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { REGISTRATION } from './tokens-for-backends.ts'

export const CLAIM_NAMES: ClaimNames = {
  principal: ['sub'],
  clientId: ['client_id', 'azp'],
  scope: ['scope', 'scp'],
}

/** The defaults of the configuration. */
export const DEFAULT_CLAIM_NAMES: ClaimNames = {
  ...CLAIM_NAMES,
  clientId: ['client_id', 'azp', 'appid', 'cid'],
}

/** Accepts every token of the audience `api`. */
export function tokenRules(changes: Partial<TokenRules> = {}): TokenRules {
  return {
    issuer: undefined,
    audience: ['api'],
    requiredScopes: [],
    allowedClients: [],
    clientIdRequired: false,
    anyScopeRequired: false,
    requiredClaims: [],
    maxTokenLifetime: undefined,
    clockTolerance: seconds(30),
    ...changes,
  }
}

/** Without keys: tests pass them to the verifier. */
export function jwtConfig(changes: Partial<JwtConfig> = {}): JwtConfig {
  return { keys: { kind: 'static', keys: [] }, algorithms: ['RS256'], type: 'any', ...changes }
}

/** Without a cache. */
export function introspectionConfig(
  changes: Partial<IntrospectionConfig> = {},
): IntrospectionConfig {
  return {
    endpoint: 'https://idp.example/introspect',
    client: REGISTRATION,
    cache: seconds(0),
    subject: 'same',
    opaqueTokens: undefined,
    ...changes,
  }
}

/** Without a method of validation. */
export function issuerConfig(changes: Partial<IssuerConfig> = {}): IssuerConfig {
  return {
    name: 'callers',
    provider: undefined,
    discovery: undefined,
    jwt: undefined,
    introspection: undefined,
    claimNames: CLAIM_NAMES,
    rules: tokenRules(),
    gatewayScopes: { prefix: '', map: new Map() },
    contextClaims: [],
    ...changes,
  }
}
