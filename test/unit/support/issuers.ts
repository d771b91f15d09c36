/** Issuers of the configuration in the unit tests. */
import type { ClaimNames, IssuerConfig, TokenRules } from '../../../src/config/model.ts'
import { seconds } from '../../../src/platform/clock.ts'

export const CLAIM_NAMES: ClaimNames = {
  principal: ['sub'],
  clientId: ['client_id', 'azp'],
  scope: ['scope', 'scp'],
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

/** Without any validation, which a test adds. */
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
