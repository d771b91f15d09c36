import { url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider, issuerMistake } from './provider.ts'

const ADMIN_PATH = /\/admin\/(?!v1\/)/

export const keycloak = defineProvider({
  name: 'keycloak',
  members: { realm_url: url('https://<host>/realms/<realm>') },
  issuerDefaults: ({ realm_url }) => {
    const realm = withoutTrailingSlashes(realm_url)
    return {
      issuer: realm,
      jwksUri: `${realm}/protocol/openid-connect/certs`,
      introspectionEndpoint: `${realm}/protocol/openid-connect/token/introspect`,
      claimNames: { clientId: ['azp', 'client_id'], scope: ['scope'] },
    }
  },
  isIssuer: (issuer) => /^https?:\/\/.+\/realms\/[^/]+$/.test(issuer),
  isEndpoint: ({ pathname }) =>
    ADMIN_PATH.test(pathname) || /\/realms\/[^/]+\/protocol\/openid-connect\//.test(pathname),
  tokens: { emailNeedsVerifiedClaim: true },
  configurationMistakes: [
    issuerMistake(
      (issuer) => /\/realms\/[^/]+\/+$/.test(issuer),
      'ends in a slash, and the issuer of Keycloak does not',
      'Give https://<host>/realms/<realm>.',
    ),
    {
      find: ({ audience }) => (audience.includes('account') ? 'audience' : undefined),
      problem: 'is `account`, which Keycloak puts into tokens for any API',
      remedy: 'Add an audience mapper with a name of this API’s own, and give that.',
    },
    {
      find: ({ urls }) => urls.find(({ url }) => ADMIN_PATH.test(url.pathname))?.field,
      problem: 'has `/admin/` in its path, as a page of the administration console',
      remedy: 'Give the URL that tokens name as issuer, such as https://<host>/realms/<realm>.',
      isBroken: true,
    },
  ],
  // Keycloak reports a token as inactive if the client that introspects it is not in its `aud`.
  explainRefusal: ({ reason, issuer, audience, configuredIssuers }) =>
    issuer !== undefined &&
    configuredIssuers.includes(issuer) &&
    (reason === 'audience_mismatch' || reason === 'token_inactive') &&
    audience.length > 0 &&
    audience.every((value) => value === 'account')
      ? 'keycloak_account_audience'
      : undefined,
})
