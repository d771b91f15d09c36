/** Any other provider with OpenID Connect Discovery. */
import * as v from 'valibot'
import { strictObject, url, withoutTrailingSlashes } from './fields.ts'
import { defineProvider } from './provider.ts'

export const oidc = defineProvider({
  preset: 'oidc',
  schema: strictObject({
    preset: v.literal('oidc'),
    issuer: url('Issuer; its document at /.well-known/openid-configuration has to name it.'),
  }),
  facts: ({ issuer }) => ({
    issuer,
    discovery: {
      url: `${withoutTrailingSlashes(issuer)}/.well-known/openid-configuration`,
      issuer,
    },
  }),
})
