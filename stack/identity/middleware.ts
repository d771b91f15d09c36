/** A domain's processing before and after oidc-provider handles a request. */
import type { IncomingMessage } from 'node:http'
import type { JWTPayload } from 'jose'
import { readActiveToken } from './access-token.ts'
import type { Domain, Flavour } from './domain.ts'

/** The used part of Koa's context. `oidc` is absent if no route matched. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly querystring: string
  readonly req: IncomingMessage
  readonly oidc?: {
    readonly client?: { readonly clientId: string } | undefined
    readonly params?: Readonly<Record<string, unknown>> | undefined
  }
  status: number
  body: unknown
  type: string
  get(header: string): string
  redirect(url: string): void
}

export type Middleware = (ctx: Exchange, next: () => Promise<unknown>) => Promise<void>

/** Records each request when its status is known, before the answer is sent. */
export function recordRequests(domain: Domain): Middleware {
  return async (ctx, next) => {
    await next()
    const clientId = ctx.oidc?.client?.clientId
    const grantType = ctx.oidc?.params?.['grant_type']
    domain.requests.push({
      method: ctx.method,
      path: ctx.path,
      ...(clientId === undefined ? {} : { clientId }),
      ...(typeof grantType === 'string' ? { grantType } : {}),
      status: ctx.status,
    })
  }
}

/**
 * Answers a client without the permission to introspect like one with a wrong secret. The behaviour of
 * identity domains is not documented; their REST API lists 401 invalid_client.
 */
export function guardIntrospection(domain: Domain, paths: Flavour['paths']): Middleware {
  const permitted = new Set(
    domain.options.clients.filter((client) => client.introspect).map((client) => client.clientId),
  )
  return async (ctx, next) => {
    await next()
    if (ctx.path !== paths.introspection || ctx.status !== 200) return
    if (permitted.has(ctx.oidc?.client?.clientId ?? '')) return
    ctx.status = 401
    ctx.body = {
      error: 'invalid_client',
      error_description: 'the client is not allowed to introspect',
    }
  }
}

/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of JWT access tokens. oidc-provider rejects them after
 * it has authenticated the client; this replaces its rejection.
 */
export function acceptJwtTokens(
  domain: Domain,
  paths: Flavour['paths'],
  introspectionAnswer: (claims: JWTPayload) => Record<string, unknown>,
): Middleware {
  return async (ctx, next) => {
    await next()
    const token = ctx.oidc?.params?.['token']
    if (!refusedAsJwt(ctx) || typeof token !== 'string') return
    const claims = await readActiveToken(domain, token)
    ctx.status = 200
    if (ctx.path === paths.introspection) {
      ctx.body = claims === undefined ? { active: false } : introspectionAnswer(claims)
      return
    }
    // RFC 7009 §2.2: 200 as well for a token that is unknown or gone.
    ctx.body = ''
    const client = claims?.['client_id'] ?? claims?.['azp'] ?? claims?.['cid']
    if (claims?.jti !== undefined && client === ctx.oidc?.client?.clientId) {
      domain.revokedTokenIds.add(claims.jti)
    }
  }
}

function refusedAsJwt({ body }: Exchange): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'error' in body &&
    body.error === 'unsupported_token_type'
  )
}
