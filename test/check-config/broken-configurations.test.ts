import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { BACKEND, documentOf, DOMAIN_KEYS, ENTRA, FLAT, ISSUER } from './configurations-fixture.ts'

describe('a configuration that starts but does not work', () => {
  const EMPLOYEES = {
    idcs_introspection_endpoint: '',
    issuer: ENTRA,
    audience: '0f0f0f0f-0000-4000-8000-000000000001',
    jwks_uri: `${ENTRA.slice(0, -4)}discovery/v2.0/keys`,
  }

  it.each<readonly [string, Readonly<Record<string, string>>, string?]>([
    ['a placeholder', { back_end_app_client_id: 'CLIENT_ID_OF_THE_INVOKER' }],
    ['a placeholder', { idcs_app_client_id: '<client id>' }],
    ['a zero GUID', { audience: '00000000-0000-0000-0000-000000000000' }],
    ['a placeholder', { back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.REGION.UNIQUE' }],
    [
      'a placeholder',
      {
        back_end_scope:
          'https://YOUR_INSTANCE.integration.eu.ocp.oraclecloud.com:443urn:opc:resource:consumer::all',
      },
    ],
    ['an example host', { back_end_token_endpoint: 'https://idp.example.com/oauth2/v1/token' }],
    [
      'a space inside a scope',
      { back_end_scope: 'https://oic:443 urn:opc:resource:consumer::all' },
    ],
    ['typographic quotes', { audience: '“https://api.acme.example/”' }],
    ['plain quotes', { idcs_app_client_id: '"introspecting-client"' }],
    ['a zero-width space', { audience: 'https://api.acme.example/\u200B' }],
    ['a zero-width space', { idcs_app_client_id: 'a\u200Bb' }],
    [
      'one secret for two clients',
      { back_end_client_secret_ocid: FLAT.idcs_app_client_secret_ocid },
    ],
    ['protected keys of a domain', { validation: 'jwt', ...DOMAIN_KEYS }, 'jwks_access'],
    ['a scope with its audience', { required_scopes: 'https://api.example.com/orders:invoke' }],
    [
      'a scope of Entra',
      { ...EMPLOYEES, required_scopes: 'api://orders/Orders.Read' },
      'required_scopes',
    ],
    ['an audience of Entra', { ...EMPLOYEES, audience: 'api://orders' }, 'audience'],
    [
      'an Okta host',
      { ...EMPLOYEES, issuer: 'https://acme-admin.okta.com/oauth2/default' },
      'issuer',
    ],
  ])('has a problem: %s, %j', (_what, values, key = Object.keys(values).join()) => {
    const { text, isUsable } = checkConfig({ ...FLAT, ...values })

    expect(isUsable).toBe(false)
    expect(text.match(/^✗ .*$/gm)).toEqual([expect.stringContaining(`✗ ${key}: `)])
    expect(text).toContain(
      '1 problem, no warnings: the function starts, but cannot work with it.\n',
    )
  })

  it('is reported with the path in the document', () => {
    const token_endpoint = 'https://YOUR_DOMAIN.identity.oraclecloud.com/oauth2/v1/token'
    const client = { ...BACKEND.client, client_id: 'a' }
    const { text } = checkConfig(
      documentOf([{ ...ISSUER, ...DOMAIN_KEYS, client }], [{ ...BACKEND, token_endpoint }]),
    )

    expect(text.match(/^✗ \S+ \S+:/gm)).toEqual([
      '✗ authorizer_config: backends.0.token_endpoint:',
      '✗ authorizer_config: backends.0.client.client_secret_ocid:',
      '✗ authorizer_config: issuers.0.jwks_access:',
    ])
  })

  it('accepts working values', () => {
    const values = [
      { ...EMPLOYEES, required_scopes: 'Orders.Read' },
      { back_end_scope: `${FLAT.back_end_scope} offline_access` },
    ]

    expect(values.map((each) => checkConfig({ ...FLAT, ...each }).isUsable)).toEqual([true, true])
  })
})
