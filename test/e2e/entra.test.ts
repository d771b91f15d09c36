/** Tokens of Microsoft Entra in all its forms: by flat keys and by the preset. */
import { describe, expect, it } from '@jest/globals'
import { documentWith, jwtByKeysOf, jwtIssuer } from './support/configurations.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'

const TENANT = '8d6f1c5e-2f4b-4a8e-9c3d-5b7a6e1f0d2c'
const signer = createSigner()

const provider = await startTestServer(() => ({ body: { keys: [signer.jwk] } }))
const world = await startTestWorld()

/** Each with its issuer, and the members of the preset beside the tenant. */
const TENANTS: readonly (readonly [string, issuer: string, preset: object])[] = [
  [
    'External ID',
    `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`,
    { authority: 'https://acme.ciamlogin.com' },
  ],
  [
    'B2C',
    `https://acme.b2clogin.com/${TENANT}/v2.0/`,
    { authority: 'https://acme.b2clogin.com', policy: 'B2C_1_sign_in' },
  ],
  [
    'the cloud of the US Government',
    `https://login.microsoftonline.us/${TENANT}/v2.0`,
    { authority: 'https://login.microsoftonline.us' },
  ],
  [
    'the cloud in China with version 1 tokens',
    `https://sts.chinacloudapi.cn/${TENANT}/`,
    { authority: 'https://login.partner.microsoftonline.cn', token_version: 1 },
  ],
]

/** Only B2C with a policy in the path of `iss`, which the preset does not offer. */
const B2C_WITH_POLICY: (typeof TENANTS)[number] = [
  'B2C with the policy in the issuer',
  `https://acme.b2clogin.com/tfp/${TENANT}/b2c_1_sign_in/v2.0/`,
  {},
]

/** Entra's tokens have neither `scope` nor `client_id`. */
function tokenWith(issuer: string, claims: object): string {
  const client = issuer.includes('/v2.0') ? { azp: 'partner-a' } : { appid: 'partner-a' }
  const none = { scope: undefined, client_id: undefined }
  return signer.token({ iss: issuer, tid: TENANT, oid: 'alice', ...none, ...client, ...claims })
}

async function verdictsOf(issuer: string) {
  const verdict = (claims: object) => world.verdict(tokenWith(issuer, claims))
  return {
    delegated: await verdict({ scp: 'Orders.Read' }),
    application: await verdict({ roles: ['Orders.Invoke'], idtyp: 'app' }),
    applicationWithoutRoles: await verdict({ idtyp: 'app' }),
    idToken: await verdict({ azp: undefined, appid: undefined }),
    idTokenWithNonce: await verdict({ azp: undefined, appid: undefined, nonce: 'n-0S6' }),
  }
}

const EXPECTED = {
  delegated: 'permit permitted',
  application: 'permit permitted',
  applicationWithoutRoles: 'deny permission_missing',
  idToken: 'deny token_type_wrong',
  idTokenWithNonce: 'deny token_type_wrong',
}

describe('access tokens of Entra need a scope or a role', () => {
  it.each([...TENANTS, B2C_WITH_POLICY])('with flat keys for %s', async (_case, issuer) => {
    await world.start({ ...jwtByKeysOf(provider), issuer })

    expect(await verdictsOf(issuer)).toEqual(EXPECTED)
  })

  it.each(TENANTS)('with the preset for %s', async (_case, issuer, preset) => {
    const entra = { preset: 'entra', tenant: TENANT, ...preset }
    const employees = jwtIssuer(provider, { provider: entra, issuer: undefined })
    await world.start(documentWith(world, [employees]))

    expect(await verdictsOf(issuer)).toEqual(EXPECTED)
  })
})
