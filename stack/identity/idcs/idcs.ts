/**
 * The `idcs` flavour: an identity domain of Oracle Cloud.
 *
 * Not documented by Oracle and assumed here: revocation as in RFC 7009; that id and secret in a
 * Basic header are form-decoded (RFC 6749 §2.3.1); that introspection, like the token endpoint, takes
 * the client's secret in the body as well; that a rotated key is gone at once, from the key set as
 * well as from introspection.
 */
import { commonConfiguration, commonFeatures } from '../configuration.ts'
import type { Flavour } from '../domain.ts'
import { acceptJwtTokens, guardIntrospection, recordRequests } from '../middleware.ts'
import { errors, Provider } from '../oidc-provider.ts'
import { newSigningKey } from '../signing-key.ts'
import { IDCS_ISSUER, idcsClaims, introspectionAnswer, tenantOf } from './claims.ts'
import { JWT_BEARER, registerExtensionGrants, TOKEN_EXCHANGE, users } from './extension-grants.ts'
import { registerClientCredentials } from './client-credentials.ts'
import { serveDocuments } from './documents.ts'
import { serveLoginPages } from './login-pages.ts'
import { registerUserGrants, USER_GRANTS } from './user-grants.ts'

const paths = {
  token: '/oauth2/v1/token',
  introspection: '/oauth2/v1/introspect',
  revocation: '/oauth2/v1/revoke',
  jwks: '/admin/v1/SigningCert/jwk',
  authorization: '/oauth2/v1/authorize',
  device: '/oauth2/v1/device',
}

export const idcs: Flavour = {
  paths,
  extensionGrants: [JWT_BEARER, TOKEN_EXCHANGE, ...USER_GRANTS],
  issuer: (_url, { issuer }) => issuer ?? IDCS_ISSUER,
  // The `kid` never changes: a rotation changes only the thumbprints.
  rotate: () => [newSigningKey('SIGNING_KEY')],
  createProvider: (domain) => {
    const [{ x5t, x5tS256 }] = domain.signingKeys
    const tenant = tenantOf(domain.options.name)
    const provider = new Provider(domain.issuer, {
      ...commonConfiguration(domain),
      responseTypes: ['code'],
      routes: {
        token: paths.token,
        introspection: paths.introspection,
        revocation: paths.revocation,
        jwks: paths.jwks,
      },
      features: { ...commonFeatures, resourceIndicators: { enabled: false } },
      // Oracle, “Client Assertion”: the audience that all domains share, and the alias or the thumbprint
      // of the certificate. oidc-provider accepts the token endpoint as well, and a key without a name.
      assertJwtClientAuthClaimsAndHeader: (_ctx, { aud }, { kid, x5t }) => {
        if (![aud].flat().includes(domain.issuer)) throw new errors.InvalidClientAuth('aud')
        if ((kid ?? x5t) === undefined) throw new errors.InvalidClientAuth('kid')
      },
      extraTokenClaims: (_ctx, token) => ({
        ...idcsClaims(tenant, token.clientId ?? '', users.get(token)),
        ...domain.options.extraClaims,
      }),
      formats: {
        customizers: {
          // An undefined `typ` removes oidc-provider's `at+jwt`.
          jwt: (_ctx, token, parts) => {
            parts.header = { typ: undefined, x5t, 'x5t#S256': x5tS256 }
            const user = users.get(token)
            if (user !== undefined) parts.payload['sub'] = user.name
          },
        },
      },
    })
    registerClientCredentials(provider, domain)
    registerExtensionGrants(provider, domain)
    registerUserGrants(provider, domain)
    provider.use(recordRequests(domain))
    provider.use(serveDocuments(domain, paths))
    provider.use(serveLoginPages(domain, paths))
    provider.use(guardIntrospection(domain, paths))
    provider.use(acceptJwtTokens(domain, paths, introspectionAnswer))
    return provider
  },
  scopeParameters: (_resourceServers, qualifiedScope) => ({ scope: qualifiedScope }),
}
