import { url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider, issuerMistake } from './provider.ts'

export const auth0 = defineProvider({
  name: 'auth0',
  members: { tenant_url: url('https://<tenant>.<region>.auth0.com, or the custom domain.') },
  // The issuer ends in a slash. `azp` is in tokens of the Auth0 profile, `client_id` in those of RFC 9068.
  issuerDefaults: ({ tenant_url }) => {
    const tenant = withoutTrailingSlashes(tenant_url)
    return {
      issuer: `${tenant}/`,
      jwksUri: `${tenant}/.well-known/jwks.json`,
      claimNames: { clientId: ['azp', 'client_id'], scope: ['scope', 'permissions'] },
    }
  },
  isIssuer: (issuer) => /^https:\/\/[^/]+\.auth0\.com\/$/i.test(issuer),
  isEndpoint: ({ hostname }) => hostname.endsWith('.auth0.com'),
  tokens: { alwaysNameClient: true, emailNeedsVerifiedClaim: true },
  configurationMistakes: [
    issuerMistake(
      (issuer) => /^https:\/\/[^/]+\.auth0\.com$/i.test(issuer),
      'has no slash at its end, and the issuer of Auth0 has one',
      'Give https://<tenant>.<region>.auth0.com/.',
    ),
  ],
  // Without an `audience` in its request, a client gets an opaque token.
  explainRefusal: ({ reason }) =>
    reason === 'token_opaque' || reason === 'token_encrypted' ? 'auth0_opaque_token' : undefined,
})
