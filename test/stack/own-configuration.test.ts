/** The user's configuration and deployment on the local stack: stand-ins, mappings, notes. */
import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { planConfiguration } from '../../stack/own-configuration.ts'
import { planDeployment } from '../../stack/own-deployment.ts'

let stack: LocalStack | undefined
afterEach(async () => {
  await stack?.close()
  stack = undefined
})

const example = await readFile(
  new URL('../../deploy/authorizer-config.example.json', import.meta.url),
  'utf8',
)

async function statusOf(path: string, token: string, running: LocalStack): Promise<number> {
  const response = await fetch(running.gateway.url + path, {
    headers: { authorization: `Bearer ${token}` },
  })
  return response.status
}

function lastReason(running: LocalStack): unknown {
  return running.authorizer.jsonLog().findLast((line) => line['event'] === 'decision')?.['reason']
}

describe('a configuration document', () => {
  it('runs with a stand-in for each provider, and lists what was replaced', async () => {
    stack = await startLocalStack({
      ownConfiguration: planConfiguration({ authorizer_config: example }),
    })
    const [employees, partners, shops] = stack.providers
    const user = await employees?.entra?.requestToken({ user: 'alice@example.com' })
    const reasons = [[await statusOf('/oic/echo/hello', user ?? '', stack), lastReason(stack)]]
    for (const { domain, clients, scopes } of [partners, shops].flatMap((each) => each ?? [])) {
      const [client] = clients
      if (domain === undefined || client === undefined) throw new Error('no client')
      const { accessToken } = await domain.requestToken(client, scopes.join(' '))
      reasons.push([await statusOf('/oic/echo/hello', accessToken, stack), lastReason(stack)])
    }

    expect(reasons).toStrictEqual([
      [200, 'permitted'],
      [200, 'permitted'],
      [200, 'permitted'],
    ])
    expect(stack.mappings.map(({ from }) => from)).toStrictEqual([
      'entra 00000000-0000-0000-0000-000000000000',
      'https://idcs-00000000000000000000000000000000.identity.oraclecloud.com',
      'keycloak https://sso.example.com/realms/shops',
      'https://idcs-11111111111111111111111111111111.identity.oraclecloud.com/oauth2/v1/token',
      'https://idcs-11111111111111111111111111111111.identity.oraclecloud.com/oauth2/v1/token',
    ])
    // Stand-ins answer the user's call as the user, by assertion.
    const callers = stack.integration.requests.map(({ caller }) => caller)
    expect(callers[0]).toMatchObject({ subject: 'alice@example.com' })
  })

  it('that cannot be parsed reaches the function, which reports the fault', async () => {
    stack = await startLocalStack({
      ownConfiguration: planConfiguration({ authorizer_config: '{\n"issuers": [' }),
    })
    expect([await statusOf('/oic/echo/hello', 'token', stack), lastReason(stack)]).toStrictEqual([
      502,
      'config_invalid',
    ])
  })
})

describe('flat keys', () => {
  const flat = {
    audience: 'https://orders.example.com/',
    issuer: 'https://identity.oraclecloud.com/',
    idcs_introspection_endpoint: 'https://idcs-0.identity.oraclecloud.com/oauth2/v1/introspect',
    idcs_app_client_id: 'introspection-app',
    idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.one',
    back_end_token_endpoint: 'https://idcs-1.identity.oraclecloud.com/oauth2/v1/token',
    back_end_app_client_id: 'oic-app',
    back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.two',
    back_end_scope: 'https://X.integration.ocp.oraclecloud.com:443urn:opc:resource:consumer::all',
    required_scopes: 'orders:read',
    allowed_clients: 'shop warehouse',
  }

  it('are unchanged except for the addresses', async () => {
    stack = await startLocalStack({ ownConfiguration: planConfiguration(flat) })
    const { domain, clients, scopes } = stack.providers[0] ?? {}
    expect(clients?.map(({ clientId }) => clientId)).toStrictEqual(['shop', 'warehouse'])
    const changed = Object.entries(stack.config).filter(
      ([key, value]) => flat[key as keyof typeof flat] !== value,
    )
    expect(changed.map(([key]) => key)).toStrictEqual([
      'idcs_introspection_endpoint',
      'back_end_token_endpoint',
      'vault_secrets_endpoint',
    ])
    const [shop] = clients ?? []
    if (domain === undefined || shop === undefined) throw new Error('no client')
    const { accessToken } = await domain.requestToken(shop, scopes?.[0] ?? '')
    expect([
      await statusOf('/oic/echo/hello', accessToken, stack),
      lastReason(stack),
    ]).toStrictEqual([200, 'permitted'])
  })

  it('with one secret for two purposes get a second one', () => {
    const { notes } = planConfiguration({
      ...flat,
      back_end_assertion_key_ocid: flat.back_end_client_secret_ocid,
    })
    expect(notes).toStrictEqual([expect.stringContaining('also used as a secret')])
  })
})

describe('a deployment specification', () => {
  const route = {
    path: '/orders',
    methods: ['GET'],
    backend: { type: 'HTTP_BACKEND', url: 'https://oic.example.com/ic/api' },
  }

  it('runs without unsupported fields, and lists them', () => {
    const plan = planDeployment({
      requestPolicies: { rateLimiting: { rateInRequestsPerSecond: 5 } },
      routes: [
        { ...route, requestPolicies: { cors: { allowedOrigins: ['*'] } } },
        { ...route, path: '/f', backend: { type: 'ORACLE_FUNCTIONS_BACKEND', functionId: 'f' } },
      ],
    })
    expect(plan.problems).toStrictEqual([])
    expect(plan.leftOut.map((text) => text.split(':')[0])).toStrictEqual([
      'requestPolicies.rateLimiting',
      'routes[0].requestPolicies.cors',
      'routes[1].backend.type ORACLE_FUNCTIONS_BACKEND',
    ])
    expect(plan.specification).toStrictEqual({
      requestPolicies: {},
      routes: [{ ...route, requestPolicies: {} }],
    })
    expect(plan.origins).toStrictEqual({ 'https://oic.example.com': 'Oracle Integration' })
  })

  it('with a problem that OCI also reports is not deployed', () => {
    const plan = planDeployment({ routes: [{ ...route, methods: 'GET' }] })
    expect(plan.specification).toBeUndefined()
    expect(plan.problems).toStrictEqual(['routes[0].methods must be a list'])
  })
})
