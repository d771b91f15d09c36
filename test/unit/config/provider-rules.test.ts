import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { buildIssuer } from '../../../src/config/build-issuer.ts'
import { issuerSchema } from '../../../src/config/issuer-schema.ts'
import type { ProviderInput } from '../../../src/providers/index.ts'
import { CLIENT } from '../support/documents.ts'
import {
  AUTH0,
  AUTH0_URL,
  build,
  ENTRA,
  ENTRA_1,
  KEYCLOAK,
  OCI_IAM,
  OKTA,
  OKTA_URL,
  OIDC,
  TENANT,
} from './provider-fixture.ts'

describe('what a provider’s access tokens must contain', () => {
  it.each<readonly [ProviderInput, boolean, boolean]>([
    [ENTRA, true, true],
    [ENTRA_1, true, true],
    [OKTA, true, false],
    [AUTH0, true, false],
    [KEYCLOAK, false, false],
    [OIDC, false, false],
    [OCI_IAM, false, false],
  ])('#18: knows what each access token must contain: %j', (provider, clientId, anyScope) => {
    const { issuer } = build(provider, { client: CLIENT })

    expect(issuer.rules.clientIdRequired).toBe(clientId)
    expect(issuer.rules.anyScopeRequired).toBe(anyScope)
  })

  it.each([
    [`https://login.microsoftonline.com/${TENANT}/v2.0`, 'entra'],
    [`https://login.microsoftonline.us/${TENANT}/v2.0`, 'entra'],
    [`https://login.partner.microsoftonline.cn/${TENANT}/v2.0`, 'entra'],
    [`https://sts.windows.net/${TENANT}/`, 'entra'],
    [`https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`, 'entra'],
    [`https://acme.ciamlogin.com/${TENANT}/v2.0`, 'entra'],
    [`https://acme.b2clogin.com/${TENANT}/v2.0/`, 'entra'],
    [`https://acme.b2clogin.com/tfp/${TENANT}/b2c_1_sign_in/v2.0/`, 'entra'],
    ['https://acme.b2clogin.com/acme.onmicrosoft.com/B2C_1_x/v2.0/', 'entra'],
    [`https://login.example.com/${TENANT}/v2.0/`, 'entra'],
    [`https://acme.b2clogin.com.example/${TENANT}/v2.0`, undefined],
    ['https://login.acme.example/oauth2/aus1a2b3c4d5e6f7g8h9', 'okta'],
    [`https://sts.chinacloudapi.cn/${TENANT}/`, 'entra'],
    [`${OKTA_URL}/oauth2/default`, 'okta'],
    ['https://acme.oktapreview.com', 'okta'],
    ['https://acme.okta-emea.com/oauth2/aus1', 'okta'],
    [`${AUTH0_URL}/`, 'auth0'],
    [`https://login.microsoftonline.com.example/${TENANT}/v2.0`, undefined],
    [`https://example.com/login.microsoftonline.com/${TENANT}/v2.0`, undefined],
    ['https://notokta.com/oauth2/default', undefined],
    ['https://acme.okta.com.example/', undefined],
    ['https://auth0.com.example/', undefined],
  ])('#18: is not needed if the issuer’s URL identifies the provider: %s', (issuer, provider) => {
    const plain = { name: 'x', audience: ['api'], issuer, jwks_uri: 'https://idp.example/keys' }
    const built = buildIssuer(v.parse(issuerSchema, plain), () => undefined)

    expect(built.provider).toBe(provider)
    expect(built.rules.clientIdRequired).toBe(provider !== undefined)
    expect(built.rules.anyScopeRequired).toBe(provider === 'entra')
    expect(built.claimNames.scope).toStrictEqual(
      provider === 'entra' ? ['scp', 'roles'] : ['scope', 'scp'],
    )
  })

  it('#18: does not hide the provider: oidc', () => {
    const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`

    expect(build({ preset: 'oidc', issuer }).issuer).toMatchObject({
      provider: 'entra',
      discovery: { issuer },
      rules: { clientIdRequired: true, anyScopeRequired: true },
    })
  })

  it('relies on the list of allowed clients if there is one', () => {
    const { issuer } = build(ENTRA, { allowed_clients: ['app-1'] })

    expect(issuer.rules.anyScopeRequired).toBe(false)
  })
})
