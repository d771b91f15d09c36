/** The doctor reports defects of configuration keys, secrets, addresses and the clock. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { numericDate, systemClock } from '../../src/platform/clock.ts'
import { OIC_AUDIENCE, OIC_SCOPE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { backendSecret, config, testFirstFailures, type BrokenByCheck } from './broken.ts'
import { functionsVault, startSetup, type Setup } from './setup.ts'

let setup: Setup
beforeAll(async () => {
  setup = await startSetup()
})
afterAll(() => setup.close())

function clockOff(seconds: number) {
  const clock = { now: () => numericDate(systemClock.now() + seconds) }
  return () => ({ examination: { clock } })
}

const BROKEN: BrokenByCheck = {
  configuration: {
    'scope without host': [
      config({ back_end_scope: OIC_SCOPE }),
      /has no host/,
      /begins with https/,
    ],
    'scope with a space': [
      config({ back_end_scope: `${OIC_AUDIENCE} ${OIC_SCOPE}` }),
      /space inside a scope/,
      /without the space/,
    ],
    'keys protected, nothing configured': [
      ({ stack }) => ({ config: { validation: 'jwt', jwks_uri: stack.callers.jwksUri } }),
      /protects its keys/,
      /client_credentials/,
    ],
    'the configuration is larger than 4 KB': [
      config({ context_claims: 'claim '.repeat(800) }),
      /4 KB/,
      /authorizer_config_secret_ocid/,
    ],
  },
  secret: {
    'Vault policy missing': [
      ({ vault }) => {
        vault.removeAccess(SECRET_OCIDS.backend)
        return {
          config: { vault_secrets_endpoint: vault.url },
          examination: { secrets: new Map(), vault: functionsVault },
        }
      },
      /status_404/,
      /read secret-bundles/,
    ],
    'secret with a line break': [
      backendSecret(({ stack }) => `${stack.registrations.oicInvoker.clientSecret}\n`),
      /line break/,
      /printf %s/,
    ],
    'stack applied, and not rotated yet': [
      backendSecret(PLACEHOLDER),
      /placeholder of the Terraform stack/,
      /npm run rotate/,
    ],
    'secret of the other application': [
      backendSecret(({ stack }) => stack.registrations.introspector.clientSecret),
      /is also the secret of gateway-authorizer/,
      /own secret: copy that of oic-invoker/,
    ],
    'the secret is empty': [backendSecret('\n'), /is empty/, /new version of/],
    'the secret is an OCID': [
      backendSecret('ocid1.vaultsecret.oc1.phx.other'),
      /is an OCID/,
      /the secret itself/,
    ],
    'the OCID is that of a vault': [
      config({ back_end_client_secret_ocid: 'ocid1.vault.oc1.phx.one' }),
      /not the OCID of a secret/,
      /ocid1\.vaultsecret/,
    ],
    'the secret is in another region than the function': [
      config({ back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.iad.oicinvoker' }),
      /in the region us-ashburn-1, and the function reads secrets in us-phoenix-1/,
      /vault of us-phoenix-1/,
    ],
  },
  endpoint: {
    'the host of the domain does not exist': [
      config({
        back_end_token_endpoint:
          'https://idcs-0123456789abcdef0123456789abcdef.identity.invalid/oauth2/v1/token',
      }),
      /no address/,
      /Copy the address again/,
    ],
  },
  clock: {
    'clock ten minutes ahead': [clockOff(600), /(599|600|601) s ahead/, /set-ntp/],
    'clock ten minutes behind': [clockOff(-600), /(599|600|601) s behind/, /set-ntp/],
  },
  'caller’s token': {
    'wrong audience': [
      config({ audience: 'https://another-api.example.com/' }),
      /audience_mismatch.*another-api/,
      /correct `audience`/,
    ],
    'tokens come from another domain than the endpoint’s': [
      ({ stack }) => ({
        config: { idcs_introspection_endpoint: stack.otherCallers.introspectionEndpoint },
      }),
      /token_inactive/,
      /not expired by its own exp/,
    ],
    'the audience is that of a sibling API': [
      config({ audience: 'https://api-test.example.com/' }),
      /audience_mismatch: expected https:\/\/api-test.*found https:\/\/api\.example/,
      /correct `audience`/,
    ],
    'the issuer is the domain’s own address': [
      ({ stack }) => ({ config: { issuer: stack.callers.url } }),
      /issuer_mismatch: expected .*found iss https:\/\/identity\.oraclecloud\.com\//,
      /Identity domains use/,
    ],
  },
}

describe('a broken set-up', () => {
  testFirstFailures(BROKEN, () => setup)

  it('is checked to the end if a server does not answer', async () => {
    const checks = await setup.examine({
      config: { back_end_token_endpoint: 'http://127.0.0.1:1/oauth2/v1/token' },
    })

    expect(firstFailure(checks)).toMatchObject({
      name: 'endpoint',
      subject: 'http://127.0.0.1:1',
      detail: 'the connection is refused',
    })
    expect(checks.filter(({ status }) => status === 'ok').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['introspection', 'caller’s token', 'deployment']),
    )
  })

  it('shows which server sent a route’s 404', async () => {
    const route = `${setup.stack.gateway.url}/oic/nowhere`

    expect(firstFailure(await setup.examine({ examination: { route } }))).toMatchObject({
      name: 'route',
      remedy: expect.stringContaining('Compare path prefix'),
    })
  })
})
