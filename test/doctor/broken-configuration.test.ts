/** The doctor reports problems of the configuration, secrets, addresses and the clock. */
import { describe, expect, it } from '@jest/globals'
import { functionsVault } from '../../scripts/doctor/functions-vault.ts'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { numericDate, systemClock } from '../../src/platform/clock.ts'
import { OIC_AUDIENCE, OIC_SCOPE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { backendSecret, config, testBroken, type BrokenByCheck } from './broken.ts'
import { setup, useSetup } from './setup.ts'

useSetup()

function clockDifference(seconds: number) {
  const clock = { now: () => numericDate(systemClock.now() + seconds) }
  return () => ({ examination: { clock } })
}

const BROKEN: BrokenByCheck = {
  configuration: {
    'a scope without a host': [
      config({ back_end_scope: OIC_SCOPE }),
      /has no host/,
      /begins with https/,
    ],
    'a scope with a space': [
      config({ back_end_scope: `${OIC_AUDIENCE} ${OIC_SCOPE}` }),
      /space inside a scope/,
      /without the space/,
    ],
    'protected keys without a configured access': [
      ({ stack }) => ({ config: { validation: 'jwt', jwks_uri: stack.callers.jwksUri } }),
      /protects its keys/,
      /client_credentials/,
    ],
    'a configuration of more than 4 KB': [
      config({ context_claims: 'claim '.repeat(800) }),
      /4 KB/,
      /authorizer_config_secret_ocid/,
    ],
  },
  secret: {
    'a missing policy for Vault': [
      ({ vault }) => {
        vault.removeAccess(SECRET_OCIDS.backend)
        return {
          config: { vault_secrets_endpoint: vault.url },
          examination: { secrets: new Map(), vault: functionsVault(undefined) },
        }
      },
      /status_404/,
      /read secret-bundles/,
    ],
    'a secret with a line break': [
      backendSecret(({ stack }) => `${stack.registrations.oicInvoker.clientSecret}\n`),
      /line break/,
      /printf %s/,
    ],
    'a placeholder of the Terraform stack': [
      backendSecret(PLACEHOLDER),
      /placeholder of the Terraform stack/,
      /npm run rotate/,
    ],
    'the secret of the other application': [
      backendSecret(({ stack }) => stack.registrations.introspector.clientSecret),
      /is also the secret of gateway-authorizer/,
      /own secret: copy that of oic-invoker/,
    ],
    'an empty secret': [backendSecret('\n'), /is empty/, /new version of/],
    'an OCID in place of the secret': [
      backendSecret('ocid1.vaultsecret.oc1.phx.other'),
      /is an OCID/,
      /the secret itself/,
    ],
    'the OCID of a vault': [
      config({ back_end_client_secret_ocid: 'ocid1.vault.oc1.phx.one' }),
      /not the OCID of a secret/,
      /ocid1\.vaultsecret/,
    ],
    'a secret in a different region': [
      config({ back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.iad.oicinvoker' }),
      /in the region us-ashburn-1, and the function reads secrets in us-phoenix-1/,
      /vault of us-phoenix-1/,
    ],
  },
  endpoint: {
    'an unknown host of the domain': [
      config({
        back_end_token_endpoint:
          'https://idcs-0123456789abcdef0123456789abcdef.identity.invalid/oauth2/v1/token',
      }),
      /no address/,
      /Copy the address again/,
    ],
  },
  clock: {
    'a clock that is ten minutes ahead': [clockDifference(600), /(599|600|601) s ahead/, /set-ntp/],
    'a clock that is ten minutes behind': [
      clockDifference(-600),
      /(599|600|601) s behind/,
      /set-ntp/,
    ],
  },
  'caller’s token': {
    'a wrong audience': [
      config({ audience: 'https://another-api.example.com/' }),
      /audience_mismatch.*another-api/,
      /correct `audience`/,
    ],
    'tokens of a different domain': [
      ({ stack }) => ({
        config: { idcs_introspection_endpoint: stack.otherCallers.introspectionEndpoint },
      }),
      /token_inactive/,
      /not expired by its own exp/,
    ],
    'the audience of a different API': [
      config({ audience: 'https://api-test.example.com/' }),
      /audience_mismatch: expected https:\/\/api-test.*found https:\/\/api\.example/,
      /correct `audience`/,
    ],
    'the address of the domain as the issuer': [
      ({ stack }) => ({ config: { issuer: stack.callers.url } }),
      /issuer_mismatch: expected .*found iss https:\/\/identity\.oraclecloud\.com\//,
      /Identity domains use/,
    ],
  },
}

describe('npm run doctor', () => {
  testBroken(BROKEN)

  it('runs all checks if a server does not answer', async () => {
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

  it('reports a route that does not exist', async () => {
    const route = `${setup.stack.gateway.url}/oic/nowhere`

    expect(firstFailure(await setup.examine({ examination: { route } }))).toMatchObject({
      name: 'route',
      remedy: expect.stringContaining('Compare path prefix'),
    })
  })
})
