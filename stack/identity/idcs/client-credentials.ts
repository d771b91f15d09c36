/** The client credentials grant (RFC 6749 §4.4) of identity domains, and the tokens of a domain. */
import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import { clientOf, type Domain } from '../domain.ts'
import { errors } from '../oidc-provider.ts'
import { audienceClaim, tenantOf } from './claims.ts'
import { readScopeRequest } from './scope-request.ts'

export type GrantContext = TokenEndpointGrantContext<{ scope?: string }>

/** Replaces oidc-provider's grant, which has the scopes and resources of RFC 8707. */
export function registerClientCredentials(provider: Provider, domain: Domain): void {
  const grant = async (ctx: GrantContext) => {
    const { lacksClientCredentials, isPublic } = clientOf(domain, ctx.oidc.client.clientId) ?? {}
    // RFC 6749 §4.4; Oracle, “Client Credentials Grant Type”: not for mobile and browser applications.
    if (lacksClientCredentials === true || isPublic === true) {
      throw new errors.UnauthorizedClient('the client may not use this grant')
    }
    const token = newToken(provider, domain, ctx)
    ctx.body = await answerWith(token)
  }
  provider.registerGrantType<{ scope?: string }>('client_credentials', grant, ['scope'])
}

/** The token for a scope, by default the one of the request. `maxSeconds` limits its lifetime. */
export function newToken(
  provider: Provider,
  domain: Domain,
  ctx: GrantContext,
  { scope = ctx.oidc.params.scope ?? '', maxSeconds = Number.POSITIVE_INFINITY } = {},
) {
  const order = readOrder(domain, ctx, scope)
  const { kid } = domain.signingKeys[0]
  const token = new provider.ClientCredentials({
    client: ctx.oidc.client,
    scope: order.scope,
    resourceServer: new provider.ResourceServer(order.audiences[0], {
      scope: order.scope,
      accessTokenTTL: Math.floor(Math.min(order.lifetimeSeconds, maxSeconds)),
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'RS256', kid } },
    }),
  })
  token.aud = audienceClaim(order.audiences)
  return token
}

/** Without `scope`, although the token may have another one than requested. */
export async function answerWith(token: ReturnType<typeof newToken>) {
  return {
    access_token: await token.save(),
    token_type: 'Bearer',
    expires_in: token.expiration,
  }
}

function readOrder(domain: Domain, ctx: GrantContext, scope: string) {
  const { name, resourceServers } = domain.options
  const { clientId } = ctx.oidc.client
  const client = clientOf(domain, clientId)
  if (client === undefined) throw new Error(`client ${clientId} has no options`)
  const order = readScopeRequest(scope, client, resourceServers, [
    `urn:opc:lbaas:logicalguid=${tenantOf(name)}`,
    domain.url,
  ])
  if (typeof order === 'string') throw new errors.CustomOIDCProviderError('invalid_scope', order)
  return order
}
