/** Tokens of Microsoft Entra in all its variants, by flat keys and by the preset. */
import { describe, expect, it } from '@jest/globals'
import { jwtByKeysOf, jwtIssuer, startWithIssuers } from './support/configurations.ts'
import { PERMIT } from './support/harness.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { createSigner } from './support/tokens.ts'

const TENANT = '8d6f1c5e-2f4b-4a8e-9c3d-5b7a6e1f0d2c'
const CIAM = 'https://acme.ciamlogin.com'
const B2C = 'https://acme.b2clogin.com'
const US = 'https://login.microsoftonline.us'

const signer = createSigner()
const provider = await startKeyServer(signer)
const harness = await startTestHarness()

/** Each has its issuer and further members of the preset. */
const TENANTS: readonly (readonly [string, issuer: string, preset: object])[] = [
  ['External ID', `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`, { authority: CIAM }],
  ['B2C', `${B2C}/${TENANT}/v2.0/`, { authority: B2C, policy: 'B2C_1_sign_in' }],
  ['the cloud of the US Government', `${US}/${TENANT}/v2.0`, { authority: US }],
  [
    'the cloud in China with version 1 tokens',
    `https://sts.chinacloudapi.cn/${TENANT}/`,
    { authority: 'https://login.partner.microsoftonline.cn', token_version: 1 },
  ],
]

/** The preset does not support an issuer with the policy in its path. */
const B2C_WITH_POLICY: (typeof TENANTS)[number] = [
  'B2C with the policy in the issuer',
  `${B2C}/tfp/${TENANT}/b2c_1_sign_in/v2.0/`,
  {},
]

const NO_CLIENT = { azp: undefined, appid: undefined }

async function verdictsFor(issuer: string) {
  const verdict = (claims: object): Promise<string> => {
    const client = issuer.includes('/v2.0') ? { azp: 'partner-a' } : { appid: 'partner-a' }
    // Entra's tokens have neither `scope` nor `client_id`.
    const absent = { scope: undefined, client_id: undefined }
    const user = { iss: issuer, tid: TENANT, oid: 'alice' }
    return harness.verdict(signer.token({ ...user, ...absent, ...client, ...claims }))
  }
  return {
    delegated: await verdict({ scp: 'Orders.Read' }),
    application: await verdict({ roles: ['Orders.Invoke'], idtyp: 'app' }),
    applicationWithoutRoles: await verdict({ idtyp: 'app' }),
    idToken: await verdict(NO_CLIENT),
    idTokenWithNonce: await verdict({ ...NO_CLIENT, nonce: 'n-0S6' }),
  }
}

const EXPECTED = {
  delegated: PERMIT,
  application: PERMIT,
  applicationWithoutRoles: 'deny permission_missing',
  idToken: 'deny token_type_wrong',
  idTokenWithNonce: 'deny token_type_wrong',
}

describe('access tokens of Entra require a scope or a role', () => {
  it.each([...TENANTS, B2C_WITH_POLICY])('with flat keys for %s', async (_case, issuer) => {
    await harness.start({ ...jwtByKeysOf(provider), issuer })
    expect(await verdictsFor(issuer)).toEqual(EXPECTED)
  })

  it.each(TENANTS)('with the preset for %s', async (_case, issuer, preset) => {
    const entra = { preset: 'entra', tenant: TENANT, ...preset }
    await startWithIssuers(harness, jwtIssuer(provider, { provider: entra, issuer: undefined }))
    expect(await verdictsFor(issuer)).toEqual(EXPECTED)
  })
})
