import * as v from 'valibot'
import { nonEmptyString, url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider, issuerMistake } from './provider.ts'

const HOST = /^https:\/\/[^/]+\.(okta(preview|-emea|-gov)?\.com|okta\.mil)(\/|$)/i

/** A custom domain keeps the path of the authorization server, with its generated id. */
const PATH = /^https:\/\/[^/]+\/oauth2\/aus[0-9A-Za-z]{17}$/

/** `org_url` was given with the path of an authorization server. */
const PATH_TWICE = /\/oauth2\/[^/]+\/oauth2\//

const ADMIN_HOST = /-admin\.okta/i

export const okta = defineProvider({
  name: 'okta',
  members: {
    org_url: url('https://<organisation>.okta.com'),
    authorization_server: v.optional(
      nonEmptyString('Id of the custom authorization server. Default `default`.'),
    ),
  },
  issuerDefaults: ({ org_url, authorization_server = 'default' }) => {
    const issuer = `${withoutTrailingSlashes(org_url)}/oauth2/${authorization_server}`
    return {
      issuer,
      jwksUri: `${issuer}/v1/keys`,
      introspectionEndpoint: `${issuer}/v1/introspect`,
      claimNames: { clientId: ['cid', 'client_id'], scope: ['scp', 'scope'] },
    }
  },
  isIssuer: (issuer) => HOST.test(issuer) || PATH.test(issuer),
  isEndpoint: ({ href }) => HOST.test(href),
  tokens: { alwaysNameClient: true, emailNeedsVerifiedClaim: true },
  configurationMistakes: [
    issuerMistake(
      (issuer) => HOST.test(issuer) && /\/oauth2\/.+\/$/.test(issuer),
      'ends in a slash, and the issuer of Okta does not',
      'Give https://<organisation>.okta.com/oauth2/<authorization server>.',
    ),
    {
      find: ({ issuer, urls }) =>
        HOST.test(issuer ?? '') &&
        !issuer?.includes('/oauth2/') &&
        urls.some(({ field }) => field === 'jwks_uri')
          ? 'issuer'
          : undefined,
      problem: 'is the org authorization server, whose tokens only Okta can validate',
      remedy: 'Use a custom authorization server: https://<organisation>.okta.com/oauth2/default.',
      isBroken: true,
    },
    {
      find: ({ urls }) => urls.find(({ url }) => PATH_TWICE.test(url.pathname))?.field,
      problem: 'has the path of an authorization server',
      remedy:
        'Give https://<organisation>.okta.com, and the server’s id as `authorization_server`.',
      isBroken: true,
    },
    {
      find: ({ issuer, urls }) =>
        urls.find(({ url }) => ADMIN_HOST.test(url.hostname))?.field ??
        (ADMIN_HOST.test(issuer ?? '') ? 'issuer' : undefined),
      problem: 'is the host of the Okta Admin Console, which issues no tokens',
      remedy: 'Leave out -admin: https://<organisation>.okta.com.',
      isBroken: true,
    },
  ],
  // The issuer of the org authorization server is the bare URL of the organisation.
  explainRefusal: ({ issuer, configuredIssuers }) =>
    issuer !== undefined &&
    issuer !== '' &&
    configuredIssuers.some((each) => each?.startsWith(`${issuer}/oauth2/`))
      ? 'okta_org_token'
      : undefined,
})
