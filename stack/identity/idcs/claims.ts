/**
 * Claims of the tokens and introspection answers of an identity domain.
 * Source: Oracle, "Access Token" of the identity-domain guide, and real tokens.
 */
import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import type { TokenUser } from './extension-grants.ts'

/** The same in the tokens of every domain, unless an administrator changes it. */
export const IDCS_ISSUER = 'https://identity.oraclecloud.com/'

/** A tenant name of the real form, derived from the domain's name. */
export function tenantOf(domainName: string): string {
  return `idcs-${hex32(domainName)}`
}

/** The claims that IDCS adds to the token of a client or a user. */
export function idcsClaims(
  tenant: string,
  clientId: string,
  user: TokenUser | undefined,
): Record<string, string> {
  return {
    tok_type: 'AT',
    sub_type: user === undefined ? 'client' : 'user',
    client_guid: hex32(`${tenant} ${clientId}`),
    client_name: clientId,
    client_tenantname: tenant,
    tenant,
    'user.tenant.name': tenant,
    gtp: user?.grantType ?? 'cc',
  }
}

/** A string for one audience, an array for several. */
export function audienceClaim(audiences: readonly [string, ...string[]]): string | string[] {
  return audiences.length === 1 ? audiences[0] : [...audiences]
}

/** `aud` is always an array here, unlike in the token; `tok_type` and `gtp` are absent. */
export function introspectionAnswer(claims: JWTPayload): Record<string, unknown> {
  return {
    active: true,
    scope: claims['scope'],
    client_id: claims['client_id'],
    client_guid: claims['client_guid'],
    client_name: claims['client_name'],
    client_tenantname: claims['client_tenantname'],
    token_type: 'JWT',
    sub: claims.sub,
    sub_type: claims['sub_type'],
    aud: [claims.aud].flat(),
    iss: claims.iss,
    iat: claims.iat,
    exp: claims.exp,
    jti: claims.jti,
    tenant: claims['tenant'],
    'user.tenant.name': claims['user.tenant.name'],
  }
}

function hex32(seed: string): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 32)
}
