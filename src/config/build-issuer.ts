/** An issuer of the configuration document, with what its preset adds. */
import { seconds } from '../platform/clock.ts'
import { COMMON_CLAIM_NAMES, presetOfIssuer, providerNamed } from '../providers/index.ts'
import type { TokenTraits } from '../providers/provider.ts'
import { buildKeys } from './build-keys.ts'
import { DEFAULTS } from './defaults.ts'
import type { IssuerInput } from './issuer-schema.ts'
import type { IntrospectionConfig, IssuerConfig, JwtConfig, TokenRules } from './model.ts'
import type { Report } from './problems.ts'
import { requireClient, resolveIssuer, type ResolvedIssuer } from './resolve-issuer.ts'

export function buildIssuer(input: IssuerInput, report: Report): IssuerConfig {
  const issuer = resolveIssuer(input)
  const { facts, validation } = issuer
  const preset = presetOfIssuer(issuer.issuer) ?? input.provider?.preset
  const traits: TokenTraits = providerNamed(preset)?.tokens ?? {}
  const names = { ...COMMON_CLAIM_NAMES, ...traits.claimNames, ...facts.claimNames }
  if (validation === 'introspection' && input.token_type === 'at+jwt') {
    // Another type of token would be accepted.
    report(
      'token_type',
      'is not checked by introspection',
      'Give `validation`: `jwt` or `jwt_and_introspection`; or leave it out.',
    )
  }
  return {
    name: input.name,
    preset,
    discovery: facts.discovery,
    jwt: validation === 'introspection' ? undefined : buildJwt(issuer, report),
    introspection: validation === 'jwt' ? undefined : buildIntrospection(issuer, report),
    claimNames: {
      principal: input.principal_claims ?? names.principal,
      clientId: input.client_id_claims ?? names.clientId,
      scope: input.scope_claims ?? names.scope,
    },
    rules: buildRules(issuer, traits),
    gatewayScopes: {
      prefix: input.gateway_scope_prefix ?? '',
      map: new Map(Object.entries(input.gateway_scope_map ?? {})),
    },
    contextClaims: input.context_claims,
  }
}

function buildIntrospection(issuer: ResolvedIssuer, report: Report): IntrospectionConfig {
  const endpoint = issuer.introspection_endpoint
  if (endpoint === undefined && issuer.facts.discovery === undefined) {
    report(
      'introspection_endpoint',
      'is missing',
      'Give the introspection endpoint (RFC 7662); or `issuer` and `jwks_uri`, to verify JWTs.',
    )
  }
  return {
    endpoint,
    client: requireClient(issuer, 'introspection', report),
    cache: seconds(issuer.introspection_cache_seconds),
    subject: issuer.introspection_subject,
    opaqueTokens: issuer.opaque_tokens && {
      prefixes: issuer.opaque_tokens.prefixes ?? [],
      lengths: issuer.opaque_tokens.lengths ?? [],
    },
  }
}

function buildJwt(issuer: ResolvedIssuer, report: Report): JwtConfig {
  if (issuer.issuer === undefined) {
    report(
      'issuer',
      'is missing for JWT verification',
      'Give the `iss` of the tokens, exact to the byte.',
    )
  }
  return {
    keys: buildKeys(issuer, report),
    algorithms: issuer.algorithms ?? issuer.facts.algorithms ?? DEFAULTS.algorithms,
    type: issuer.token_type ?? 'any',
  }
}

function buildRules(issuer: ResolvedIssuer, traits: TokenTraits): TokenRules {
  const maxLifetime = issuer.max_token_lifetime_seconds
  const allowedClients = issuer.allowed_clients ?? []
  return {
    issuer: issuer.issuer,
    audience: issuer.audience,
    requiredScopes: issuer.required_scopes,
    allowedClients,
    clientIdRequired: traits.nameClient ?? false,
    anyScopeRequired: traits.issuedToEveryClient === true && allowedClients.length === 0,
    requiredClaims: Object.entries(issuer.required_claims ?? {}).map(([name, value]) => ({
      name,
      values: [value].flat(),
    })),
    maxTokenLifetime: maxLifetime === undefined ? undefined : seconds(maxLifetime),
    clockTolerance: seconds(issuer.clock_tolerance_seconds),
  }
}
