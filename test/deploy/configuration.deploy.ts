/** What the stack renders from its variables: the function's configuration and the deployment. */
import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import type { Members } from './hcl/value.ts'
import type { Rendered } from './hcl/render.ts'
import { toApi } from './specification.ts'
import {
  base,
  callersOf,
  COGNITO,
  EXAMPLES,
  exampleVariables,
  OIC_SCOPE,
  renderWith,
  SPECIFICATION_TYPE,
  statementsOf,
} from './stack.ts'

function configOf({ instances }: Rendered): Record<string, string> {
  const found = instances.find(({ type }) => type === 'oci_functions_function')
  return found?.values['config'] as Record<string, string>
}

function documentOf(rendered: Rendered): { issuers: Members[]; backends: Members[] } {
  return JSON.parse(configOf(rendered)['authorizer_config'] ?? '') as never
}

/** The examples' placeholders, filled in as users do; check-config reports the remaining ones. */
function filledIn(value: string): string {
  return value
    .replaceAll(/\b([01])\1{31}\b/g, '3fa29c41d07b4e5c8a61f2b9d4e87c05')
    .replaceAll(/\b([01])\1{7}-\1{4}-\1{4}-\1{4}-\1{12}\b/g, '3fa29c41-d07b-4e5c-8a61-f2b9d4e87c05')
    .replaceAll('https://sso.example.com', 'https://sso.shops.test')
}

function checked(config: Record<string, string>): string {
  const filled = Object.entries(config).map(([key, value]) => [key, filledIn(value)] as const)
  const { text } = checkConfig(Object.fromEntries(filled))
  return text
}

describe('the configuration', () => {
  it.each(EXAMPLES)('of examples/%s is accepted by check-config', (name) => {
    expect(checked(configOf(renderWith(exampleVariables(name))))).toContain(
      'No problems, no warnings.',
    )
  })

  const realm = 'https://sso.example.com/realms/shops'

  it.each<[string, Members]>([
    [
      'entra',
      {
        callers_entra_tenant: '00000000-0000-0000-0000-000000000000',
        callers_audience: ['11111111-1111-1111-1111-111111111111'],
      },
    ],
    ['okta', { callers_url: 'https://example.okta.com' }],
    ['auth0', { callers_url: 'https://example.eu.auth0.com' }],
    ['keycloak', { callers_url: realm }],
    ['oidc', { callers_url: 'https://sso.example.com/shops' }],
    [
      'cognito',
      {
        callers_url: COGNITO,
        callers_audience: [],
        callers_allowed_clients: ['an-app-client'],
      },
    ],
    [
      'keycloak',
      {
        callers_url: realm,
        callers_validation: 'introspection',
        introspection_client_id: 'api',
        introspection_secret_id: 'ocid1.vaultsecret.oc1.eu-frankfurt-1.given',
      },
    ],
  ])('for callers of %s is accepted by check-config', (provider, variables) => {
    const rendered = renderWith(callersOf(provider, variables))
    expect(rendered.problems).toEqual([])
    expect(documentOf(rendered).issuers).toMatchObject([{ provider: { preset: provider } }])
    expect(checked(configOf(rendered))).toContain('No problems, no warnings.')
  })

  it('has the scope that the application of Oracle Integration has', () => {
    expect(documentOf(renderWith(base)).backends).toMatchObject([{ scope: OIC_SCOPE }])
  })

  it('is the same if maps are given as JSON, as in Resource Manager', () => {
    const variables = exampleVariables('many-integrations')
    const { integrations, issuers, callers, ...others } = variables
    const inJson = renderWith({
      ...others,
      integrations_json: JSON.stringify(integrations),
      issuers_json: JSON.stringify(issuers),
      callers_json: JSON.stringify(callers),
    })
    expect(inJson.problems).toEqual([])
    const inMaps = renderWith(variables)
    expect(inJson.instances).toEqual(inMaps.instances)
    expect(inJson.outputs).toEqual(inMaps.outputs)
  })

  it('has the scope prefix of partners that run their own provider', () => {
    const { issuers } = documentOf(renderWith(exampleVariables('many-integrations')))
    expect(
      issuers.map(({ name, gateway_scope_prefix }) => [name, gateway_scope_prefix]),
    ).toStrictEqual([
      ['callers', undefined],
      ['carriers', 'carriers/'],
      ['employees', undefined],
      ['shops', undefined],
      ['suppliers', 'suppliers/'],
    ])
  })

  it('is in Vault if it is too long for the function', () => {
    const issuer = (name: string) => ({
      provider: 'keycloak',
      url: `https://sso.example.com/realms/${name}`,
      audience: [`https://api.example.com/${'long/'.repeat(20)}`],
    })
    const issuers = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`shop-${at}`, issuer(`shop-${at}`)]),
    ) as Members
    const problems = renderWith({ ...base, issuers }).problems
    expect(problems).toEqual([expect.stringContaining('set configuration_in_vault to true')])
    const inVault = renderWith({ ...base, issuers, configuration_in_vault: true })
    expect(inVault.problems).toEqual([])
    expect(configOf(inVault)).toEqual({
      authorizer_config_secret_ocid: expect.stringContaining('configuration'),
      log_level: 'info',
      max_decision_seconds: '3600',
    })
    expect(statementsOf(inVault).join()).toContain('ocivaultsecretconfiguration')
  })
})

describe('the deployment', () => {
  it('matches deploy/api-deployment.json', () => {
    const rendered = renderWith({
      ...exampleVariables('many-integrations'),
      oic_host: 'your-oic-host.example.com',
      integrations: {
        echo: { path: '/echo/{resource}', integration: 'ECHO/1.0', resource: '/{resource}' },
        orders: {
          path: '/orders/{resource}',
          integration: 'ECHO/1.0',
          resource: '/orders/{resource}',
          scopes: ['orders:invoke'],
        },
      },
      rate_limit_per_second: 0,
    })
    const file = new URL('../../deploy/api-deployment.json', import.meta.url)
    const written = JSON.parse(readFileSync(file, 'utf8')) as {
      requestPolicies: { authentication: Members }
    }
    written.requestPolicies.authentication['functionId'] =
      'ocid1.fnfunc.oc1.eu-frankfurt-1.ocifunctionsfunctionthis'
    expect(specificationOf(rendered)).toEqual(written)
  })

  it('limits the rate if configured', () => {
    const { requestPolicies } = specificationOf(
      renderWith({ ...base, rate_limit_per_second: 50 }),
    ) as { requestPolicies: Members }
    expect(requestPolicies['rateLimiting']).toEqual({
      rateInRequestsPerSecond: 50,
      rateKey: 'CLIENT_IP',
    })
  })
})

function specificationOf({ instances }: Rendered): unknown {
  const deployment = instances.find((each) => each.type === 'oci_apigateway_deployment')
  return toApi(deployment?.values['specification'] ?? null, SPECIFICATION_TYPE)
}
