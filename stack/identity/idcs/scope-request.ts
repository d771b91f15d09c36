/**
 * Reads the `scope` of a token request like an identity domain. Source: Oracle, "Scopes" and "Token
 * Expiry Table" of the identity-domain guide.
 */
import { type ClientOptions, findScope, type ResourceServerOptions } from '../options.ts'

/** Requests the client's own administrative scopes. */
const MY_SCOPES = 'urn:opc:idm:__myscopes__'
/** The administrative scope of a client without roles; it gives access to the signing certificate. */
export const AUTHENTICATED_CLIENT = 'urn:opc:idm:t.security.client'

const EXPIRY = /^urn:opc:resource:expiry=([1-9][0-9]{0,8})$/

/** The token to be issued. */
export interface TokenOrder {
  /** Primary audience first. */
  readonly audiences: readonly [string, ...string[]]
  /** Short names, space-delimited. */
  readonly scope: string
  readonly lifetimeSeconds: number
}

/** The order, or the fixed text of an `invalid_scope` error (RFC 6749 §5.2). */
export function readScopeRequest(
  scope: string,
  client: ClientOptions,
  resourceServers: readonly ResourceServerOptions[],
  domainAudiences: TokenOrder['audiences'],
): TokenOrder | string {
  const requested = scope.split(' ').filter((name) => name !== '')
  const wanted = requested.filter((name) => !EXPIRY.test(name))
  const limits = requested.flatMap((name) => EXPIRY.exec(name)?.[1] ?? []).map(Number)

  if (wanted.length === 1 && wanted[0] === MY_SCOPES) {
    const lifetimeSeconds = Math.min(3600, ...limits)
    return { audiences: domainAudiences, scope: AUTHENTICATED_CLIENT, lifetimeSeconds }
  }

  const found = wanted
    .filter((name) => client.scopes.includes(name))
    .flatMap((name) => findScope(resourceServers, name) ?? [])
  const [first] = found
  if (first === undefined) return 'a scope of the client is required'
  if (found.length < wanted.length) return 'the client does not have one of the scopes'
  const { resourceServer } = first
  if (found.some((each) => each.resourceServer !== resourceServer)) {
    return 'the scopes belong to more than one resource'
  }
  return {
    audiences: [resourceServer.audience, ...(resourceServer.secondaryAudiences ?? [])],
    scope: found.map((each) => each.scope).join(' '),
    lifetimeSeconds: Math.min(
      client.accessTokenLifetimeSeconds ?? resourceServer.lifetimeSeconds,
      ...limits,
    ),
  }
}
