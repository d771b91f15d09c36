/** The documents of an identity domain beside the OAuth endpoints. */
import { readActiveToken } from '../access-token.ts'
import type { Domain, Flavour } from '../domain.ts'
import type { Exchange, Middleware } from '../middleware.ts'
import { JWT_BEARER } from './extension-grants.ts'
import { AUTHENTICATED_CLIENT } from './scope-request.ts'

/** Serves discovery and the signing certificate; oidc-provider handles all other paths. */
export function serveDocuments(domain: Domain, paths: Flavour['paths']): Middleware {
  const discovery = discoveryDocument(domain, paths)
  return async (ctx, next) => {
    if (ctx.method !== 'GET') {
      await next()
      return
    }
    switch (ctx.path) {
      case '/.well-known/openid-configuration':
      case '/.well-known/oauth-authorization-server':
        ctx.body = discovery
        break
      case '/.well-known/idcs-configuration':
        ctx.body = { 'openid-configuration': discovery }
        break
      case paths.jwks:
        await serveSigningCertificate(domain, ctx)
        break
      default:
        await next()
    }
  }
}

/**
 * Its issuer is not its host, contrary to OpenID Connect Discovery §4.3. Like real documents, it lists
 * neither the device endpoint nor the grants of device codes and token exchange.
 */
function discoveryDocument(
  { url, issuer }: Domain,
  paths: Flavour['paths'],
): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: url + (paths.authorization ?? ''),
    token_endpoint: url + paths.token,
    introspection_endpoint: url + paths.introspection,
    revocation_endpoint: url + paths.revocation,
    jwks_uri: url + paths.jwks,
    response_types_supported: ['code'],
    grant_types_supported: [
      'client_credentials',
      'refresh_token',
      'authorization_code',
      JWT_BEARER,
    ],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

/**
 * Protected unless the domain setting makes it public or the caller has a token of this domain. The error
 * has the form of RFC 7644 §3.12, because /admin/v1 is a SCIM API; its exact text is not documented.
 */
async function serveSigningCertificate(domain: Domain, ctx: Exchange): Promise<void> {
  const open = domain.options.signingCertPublicAccess === true
  if (open || (await mayReadCertificate(domain, ctx.get('authorization')))) {
    ctx.body = publishedKeySet(domain)
    return
  }
  ctx.status = 401
  ctx.body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    detail: 'Unauthorized',
    status: '401',
  }
}

async function mayReadCertificate(domain: Domain, authorization: string): Promise<boolean> {
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1]
  const claims = token === undefined ? undefined : await readActiveToken(domain, token)
  return claims?.['scope'] === AUTHENTICATED_CLIENT
}

/** `key_ops` lacks "verify" and `use` is absent, so that strict JOSE libraries reject the key. */
function publishedKeySet(domain: Domain): Record<string, unknown> {
  return {
    keys: domain.signingKeys.map((key) => ({
      ...key.publicJwk,
      x5t: key.x5t,
      'x5t#S256': key.x5tS256,
      key_ops: ['encrypt', 'sign'],
    })),
  }
}
