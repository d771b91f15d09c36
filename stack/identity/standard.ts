/** The `standard` flavour: an authorization server that follows the RFCs. */
import type { JWTPayload } from 'jose'
import { commonConfiguration, commonFeatures } from './configuration.ts'
import { clientOf, type Domain, type Flavour } from './domain.ts'
import { acceptJwtTokens, guardIntrospection, recordRequests } from './middleware.ts'
import { errors, Provider } from './oidc-provider.ts'
import { findScope, resourceOf, type ResourceServerOptions } from './options.ts'
import { newSigningKey } from './signing-key.ts'

const paths = {
  token: '/token',
  introspection: '/token/introspection',
  revocation: '/token/revocation',
  jwks: '/jwks',
}

export const standard: Flavour = {
  paths,
  extensionGrants: [],
  issuer: (url, { issuer }) => issuer ?? url,
  // The old key stays published, so that its tokens can be verified until they expire.
  rotate: (keys) => [newSigningKey(), ...keys],
  createProvider: (domain) => {
    const provider = new Provider(domain.issuer, {
      ...commonConfiguration(domain),
      routes: paths,
      extraTokenClaims: () => domain.options.extraClaims,
      formats: {
        customizers: {
          jwt: (_ctx, _token, parts) => {
            const shape = domain.options.tokenShape
            if (shape !== undefined) parts.payload = shape(parts.payload)
          },
        },
      },
      features: {
        ...commonFeatures,
        resourceIndicators: {
          enabled: true,
          defaultResource: (_ctx, client) => defaultResource(domain, client.clientId),
          getResourceServerInfo: (_ctx, resource, client) =>
            resourceServerInfo(domain, resource, client.clientId),
        },
      },
    })
    provider.use(recordRequests(domain))
    provider.use(guardIntrospection(domain, paths))
    provider.use(acceptJwtTokens(domain, paths, introspectionAnswer))
    return provider
  },
  scopeParameters: resourceIndicatorOf,
}

/** A client with scopes at only one resource server need not name it. */
function defaultResource(domain: Domain, clientId: string) {
  const audiences = domain.options.resourceServers
    .filter((server) => grantedScopes(domain, clientId, server).length > 0)
    .map(resourceOf)
  return audiences.length === 1 ? audiences[0] : undefined
}

/** RFC 8707: the token that a client gets for a resource. Throws `invalid_target`. */
function resourceServerInfo(domain: Domain, resource: string, clientId: string) {
  const server = domain.options.resourceServers.find((each) => resourceOf(each) === resource)
  const client = clientOf(domain, clientId)
  if (server === undefined || client === undefined) throw new errors.InvalidTarget()
  const scopes = grantedScopes(domain, clientId, server)
  if (scopes.length === 0) throw new errors.InvalidTarget()
  return {
    audience: server.audience,
    scope: scopes.join(' '),
    accessTokenTTL: client.accessTokenLifetimeSeconds ?? server.lifetimeSeconds,
    accessTokenFormat: server.accessTokenFormat,
    jwt: { sign: { alg: 'RS256' as const, kid: domain.signingKeys[0].kid } },
  }
}

function grantedScopes(domain: Domain, clientId: string, server: ResourceServerOptions) {
  const qualifiedScopes = clientOf(domain, clientId)?.scopes ?? []
  return server.scopes.filter((scope) => qualifiedScopes.includes(server.audience + scope))
}

/** RFC 7662 §2.2, for a JWT access token of RFC 9068. */
function introspectionAnswer(claims: JWTPayload): Record<string, unknown> {
  return { active: true, token_type: 'Bearer', ...claims }
}

/**
 * `https://api.example/read` is requested as scope `read` of resource `https://api.example/`. A scope
 * without a resource server is sent unchanged, and the token endpoint rejects it.
 */
function resourceIndicatorOf(
  resourceServers: readonly ResourceServerOptions[],
  qualifiedScope: string,
): Record<string, string> {
  const found = qualifiedScope.split(' ').map((scope) => findScope(resourceServers, scope))
  const resourceServer = found[0]?.resourceServer
  const scopes = found.flatMap((each) => each?.scope ?? [])
  const same = found.every((each) => each?.resourceServer === resourceServer)
  if (resourceServer === undefined || !same) return { scope: qualifiedScope }
  return { resource: resourceOf(resourceServer), scope: scopes.join(' ') }
}
