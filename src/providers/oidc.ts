/** Any other provider with OpenID Connect Discovery. */
import { url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider } from './provider.ts'

export const oidc = defineProvider({
  name: 'oidc',
  members: {
    issuer: url('Issuer; its document at /.well-known/openid-configuration has to name it.'),
  },
  issuerDefaults: ({ issuer }) => ({
    issuer,
    discovery: {
      url: `${withoutTrailingSlashes(issuer)}/.well-known/openid-configuration`,
      issuer,
    },
  }),
})
