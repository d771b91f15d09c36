/** User pools of Amazon Cognito. */
import { url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider, issuerMistake } from './provider.ts'

export const cognito = defineProvider({
  name: 'cognito',
  members: {
    user_pool_url: url(
      'https://cognito-idp.<region>.amazonaws.com/<user pool id>, or issuer-cognito-idp.… for the updated issuer.',
    ),
  },
  issuerDefaults: ({ user_pool_url }) => {
    const issuer = withoutTrailingSlashes(user_pool_url)
    return {
      issuer,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      claimNames: { clientId: ['client_id'], scope: ['scope'] },
    }
  },
  isIssuer: (issuer) =>
    /^https:\/\/(issuer-)?cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[^/]+$/.test(issuer),
  isEndpoint: ({ hostname }) => /^(issuer-)?cognito-idp\.|\.amazoncognito\.com$/.test(hostname),
  // ID tokens have an `aud` and no `client_id`, access tokens the reverse.
  tokens: { alwaysNameClient: true, haveNoAudience: true, emailNeedsVerifiedClaim: true },
  configurationMistakes: [
    issuerMistake(
      (issuer) => issuer.endsWith('/') || /\.amazoncognito\.com(\/|$)/.test(issuer),
      'is not the issuer of a user pool',
      'Give https://cognito-idp.<region>.amazonaws.com/<user pool id>, without a slash at its end.',
    ),
    {
      find: ({ audience }) => (audience.length > 0 ? 'audience' : undefined),
      problem: 'is checked, but access tokens of Amazon Cognito have no `aud` by default',
      remedy: 'Give `any`, and the app clients that may call in `allowed_clients`.',
    },
  ],
})
