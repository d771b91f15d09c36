/** Tokens of Microsoft Entra in all its forms: by flat keys and by the preset. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { AUDIENCE, startWorld, type ConfigChanges, type World } from './support/world.ts'

const TENANT = '8d6f1c5e-2f4b-4a8e-9c3d-5b7a6e1f0d2c'
const signer = createSigner()

let world: World
let provider: ScriptedServer

beforeAll(async () => {
  provider = await startScriptedServer(() => ({ body: { keys: [signer.jwk] } }))
  world = await startWorld()
})
afterEach(async () => {
  provider.reset()
  await world.reset()
})
afterAll(async () => {
  await Promise.all([world.close(), provider.close()])
})

interface Tenant {
  readonly issuer: string
  /** Members of the preset beside the tenant. */
  readonly preset: object
}

const TENANTS: readonly (readonly [string, Tenant])[] = [
  [
    'External ID',
    {
      issuer: `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`,
      preset: { authority: 'https://acme.ciamlogin.com' },
    },
  ],
  [
    'B2C',
    {
      issuer: `https://acme.b2clogin.com/${TENANT}/v2.0/`,
      preset: { authority: 'https://acme.b2clogin.com', policy: 'B2C_1_sign_in' },
    },
  ],
  [
    'the cloud of the US Government',
    {
      issuer: `https://login.microsoftonline.us/${TENANT}/v2.0`,
      preset: { authority: 'https://login.microsoftonline.us' },
    },
  ],
  [
    'the cloud in China with version 1 tokens',
    {
      issuer: `https://sts.chinacloudapi.cn/${TENANT}/`,
      preset: { authority: 'https://login.partner.microsoftonline.cn', token_version: 1 },
    },
  ],
]

/** Only B2C with a policy in the path of `iss`, which the preset does not offer. */
const B2C_WITH_POLICY: readonly [string, Tenant] = [
  'B2C with the policy in the issuer',
  { issuer: `https://acme.b2clogin.com/tfp/${TENANT}/b2c_1_sign_in/v2.0/`, preset: {} },
]

/** Entra's tokens have neither `scope` nor `client_id`. */
function tokenWith(issuer: string, claims: object): string {
  const client = issuer.includes('/v2.0') ? { azp: 'partner-a' } : { appid: 'partner-a' }
  const none = { scope: undefined, client_id: undefined }
  return signer.token({ iss: issuer, tid: TENANT, oid: 'alice', ...none, ...client, ...claims })
}

async function verdictsOf(issuer: string) {
  const verdict = async (claims: object) => (await world.decide(tokenWith(issuer, claims))).verdict
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
  it.each([...TENANTS, B2C_WITH_POLICY])('with flat keys for %s', async (_case, { issuer }) => {
    await world.start({
      validation: 'jwt',
      issuer,
      jwks_uri: `${provider.url}/jwks`,
      idcs_introspection_endpoint: undefined,
    })

    expect(await verdictsOf(issuer)).toEqual(EXPECTED)
  })

  it.each(TENANTS)('with the preset for %s', async (_case, { issuer, preset }) => {
    await world.start(documentWith({ preset: 'entra', tenant: TENANT, ...preset }))

    expect(await verdictsOf(issuer)).toEqual(EXPECTED)
  })
})

function documentWith(preset: object): ConfigChanges {
  const { config } = world
  const flat = Object.keys(config).filter((key) => key !== 'vault_secrets_endpoint')
  const jwks_uri = `${provider.url}/jwks`
  const document = {
    issuers: [{ name: 'one', audience: [AUDIENCE], provider: preset, jwks_uri }],
    backends: [
      {
        name: 'oic',
        token_endpoint: config['back_end_token_endpoint'],
        client: {
          client_id: config['back_end_app_client_id'],
          client_secret_ocid: config['back_end_client_secret_ocid'],
        },
        scope: config['back_end_scope'],
      },
    ],
  }
  return {
    ...Object.fromEntries(flat.map((key) => [key, undefined])),
    authorizer_config: JSON.stringify(document),
  }
}
