import * as v from 'valibot'
import { strictObject, url, withoutTrailingSlashes } from './fields.ts'
import { defineProvider } from './provider.ts'

export const keycloak = defineProvider({
  preset: 'keycloak',
  schema: strictObject({
    preset: v.literal('keycloak'),
    realm_url: url('https://<host>/realms/<realm>'),
  }),
  facts: ({ realm_url }) => {
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
    /\/admin\/(?!v1\/)|\/realms\/[^/]+\/protocol\/openid-connect\//.test(pathname),
  configurationMistakes: ({ urls }) => {
    const administration = urls.find(({ url }) => /\/admin\/(?!v1\/)/.test(url.pathname))
    if (administration === undefined) return []
    return [
      {
        field: administration.field,
        problem: 'has `/admin/` in its path, as a page of the administration console',
        remedy: 'Give the URL that tokens name as issuer, such as https://<host>/realms/<realm>.',
        isBroken: true as const,
      },
    ]
  },
  // Keycloak calls a token inactive whose `aud` lacks the client that introspects it.
  explainRefusal: ({ reason, issuer, audience, configuredIssuers }) =>
    issuer !== undefined &&
    configuredIssuers.includes(issuer) &&
    (reason === 'audience_mismatch' || reason === 'token_inactive') &&
    audience.length > 0 &&
    audience.every((value) => value === 'account')
      ? 'keycloak_account_audience'
      : undefined,
})
