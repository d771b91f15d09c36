/** What the stack makes of its variables: the function's configuration, policies, and what it refuses. */
import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { asText, type Members, type Value } from './hcl/value.ts'
import type { Rendered } from './hcl/render.ts'
import { toApi } from './specification.ts'
import {
  EXAMPLES,
  exampleVariables,
  files,
  OIC_SCOPE,
  renderWith,
  SPECIFICATION_TYPE,
} from './stack.ts'

function configOf({ instances }: Rendered): Record<string, string> {
  const found = instances.find(({ type }) => type === 'oci_functions_function')
  return found?.values['config'] as Record<string, string>
}

function documentOf(rendered: Rendered): { issuers: Members[]; backends: Members[] } {
  return JSON.parse(configOf(rendered)['authorizer_config'] ?? '') as never
}

function addressesOf({ instances }: Rendered): string[] {
  return instances.map(({ address }) => address)
}

/** The examples' placeholders, filled in as their readers do; check-config reports what is left. */
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

const base = exampleVariables('identity-domain')
const callersElsewhere = { ...base, caller_names: [], callers_url: '' }
const withVault = { vault_id: 'ocid1.vault.oc1..a', key_id: 'ocid1.key.oc1..a' }

describe('the configuration', () => {
  it.each(EXAMPLES)('of examples/%s is accepted by check-config', (name) => {
    expect(checked(configOf(renderWith(exampleVariables(name))))).toContain(
      'No problems, no warnings.',
    )
  })

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
    ['keycloak', { callers_url: 'https://sso.example.com/realms/shops' }],
    ['oidc', { callers_url: 'https://sso.example.com/shops' }],
    [
      'cognito',
      {
        callers_url: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aB3dE5fG7',
        callers_audience: [],
        callers_allowed_clients: ['an-app-client'],
      },
    ],
    [
      'keycloak',
      {
        callers_url: 'https://sso.example.com/realms/shops',
        callers_validation: 'introspection',
        introspection_client_id: 'api',
        introspection_secret_id: 'ocid1.vaultsecret.oc1.eu-frankfurt-1.given',
      },
    ],
  ])('for callers of %s is accepted by check-config', (provider, variables) => {
    const rendered = renderWith({ ...callersElsewhere, callers_provider: provider, ...variables })
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

function statementsOf({ instances }: Rendered): string[] {
  const policy = instances.find(({ type }) => type === 'oci_identity_policy')
  return policy?.values['statements'] as string[]
}

describe('access', () => {
  it('is limited to the secrets of this function', () => {
    const statements = statementsOf(renderWith(base))
    expect(statements).toHaveLength(3)
    for (const statement of statements.slice(0, 2)) {
      expect(statement).toMatch(
        /^Allow any-user to read secret-bundles in compartment id \S+ where all \{request\.principal\.type='fnfunc', request\.principal\.id='ocid1\.fnfunc\.\S+', target\.secret\.id='ocid1\.vaultsecret\.\S+'\}$/,
      )
    }
    expect(statements[2]).toMatch(
      /^Allow any-user to use functions-family in compartment id \S+ where all \{request\.principal\.type='ApiGateway', request\.resource\.compartment\.id='\S+'\}$/,
    )
  })

  it('is for the gateways in the compartment of a given gateway', () => {
    const statements = statementsOf(renderWith(exampleVariables('entra')))
    expect(statements.at(-1)).toContain(
      "request.resource.compartment.id='ocid1.compartment.oc1..aaaaaaaagateway'",
    )
  })
})

describe('secrets', () => {
  it('are in no resource: Vault gets a placeholder, and applications are read without their secret', () => {
    const { instances } = renderWith(exampleVariables('many-integrations'))
    const secrets = instances.filter(({ type }) => type === 'oci_vault_secret')
    expect(secrets).toHaveLength(2)
    for (const { values } of secrets) {
      const [{ content }] = values['secret_content'] as [{ content: string }]
      expect(Buffer.from(content, 'base64').toString()).toBe(PLACEHOLDER)
    }
    const applications = instances.filter(({ type }) => type === 'oci_identity_domains_app')
    expect(applications.length).toBeGreaterThan(0)
    for (const { values } of applications) {
      expect(asText(values['attributes']).split(',')).not.toContain('clientSecret')
      expect(values['attributes']).not.toBe('')
    }
    expect(Object.values(files).join()).not.toMatch(/client_secret\b|local-exec/)
  })
})

describe('the steps after the first apply', () => {
  it('are a command if the stack has created secrets, and empty otherwise', () => {
    expect(renderWith(base).outputs['next_step']).toMatch(/npm run -s rotate -- credentials\.json$/)
    expect(renderWith(exampleVariables('entra')).outputs['next_step']).toMatch(/^Nothing/)
  })
})

describe('what is given is not created', () => {
  it.each<[string, Members, RegExp]>([
    ['vault', { ...withVault }, /oci_kms_/],
    [
      'subnets',
      { gateway_subnet_id: 'ocid1.subnet.oc1..a', function_subnet_id: 'ocid1.subnet.oc1..b' },
      /oci_core_/,
    ],
    ['gateway', { gateway_id: 'ocid1.apigateway.oc1..a' }, /oci_apigateway_gateway|gateway\[0\]/],
    ['application', { application_id: 'ocid1.fnapp.oc1..a' }, /oci_functions_application/],
    ['log group', { log_group_id: 'ocid1.loggroup.oc1..a' }, /oci_logging_log_group/],
    ['topic', { alarm_topic_id: 'ocid1.onstopic.oc1..a' }, /oci_ons_notification_topic/],
    ['API', { create_api_application: false }, /oci_identity_domains_app\.api/],
    [
      'client of Oracle Integration',
      { oic_client_id: 'x', oic_secret_id: 'ocid1.vaultsecret.oc1..a', oic_scope: OIC_SCOPE },
      /(app|grant|secret)\.oic/,
    ],
    [
      'client for introspection',
      { introspection_client_id: 'x', introspection_secret_id: 'ocid1.vaultsecret.oc1..a' },
      /(app|secret)\.introspection/,
    ],
    ['home region', { home_region: 'us-ashburn-1' }, /oci_identity_region_subscriptions/],
    ['scope', { oic_scope: OIC_SCOPE }, /data\.oci_identity_domains_app\.oic/],
    ['role', { oic_role_id: 'role' }, /data\.oci_identity_domains_app_roles/],
    ['OIC application', { oic_application_id: 'x' }, /data\.oci_integration_/],
  ])('%s', (_, variables, address) => {
    const rendered = renderWith({ ...base, ...variables })
    expect(rendered.problems).toEqual([])
    expect(addressesOf(rendered).filter((each) => address.test(each))).toEqual([])
    expect(addressesOf(renderWith(base)).filter((each) => address.test(each))).not.toEqual([])
  })
})

describe('invalid input', () => {
  it.each<[string, Members, string]>([
    [
      'a scope without its host',
      { oic_scope: 'urn:opc:resource:consumer::all' },
      'the whole scope with its host',
    ],
    [
      'a domain URL with a path',
      { oic_domain_url: 'https://idcs-1.identity.oraclecloud.com/ui' },
      'without a path',
    ],
    [
      'the same for callers',
      { callers_url: 'https://idcs-1.identity.oraclecloud.com/ui' },
      'no path',
    ],
    ['an image without a digest', { image: 'fra.ocir.io/n/oic/a:0.1.0' }, 'has the digest'],
    ['an image of another region', { region: 'us-phoenix-1' }, 'push it to us-phoenix-1.ocir.io'],
    ['a host with https://', { oic_host: 'https://host.example.com' }, 'without https://'],
    ['a wildcard', { integration_path: '/echo/{rest*}' }, 'walk out of the integration'],
    ['no integration', { integration: '' }, 'Give integration or integrations'],
    ['no audience', { callers_audience: [] }, 'callers_audience'],
    ['any audience', { callers_audience: ['any'] }, 'switches the check off'],
    ['a secret in place of its OCID', { oic_secret_id: 's3cret' }, 'never the secret itself'],
    ['a client without a secret', { oic_client_id: 'x', oic_scope: OIC_SCOPE }, 'go together'],
    [
      'Entra without a tenant',
      { ...callersElsewhere, callers_provider: 'entra' },
      'callers_entra_tenant',
    ],
    [
      'two ways to name a domain',
      { oic_domain_id: 'ocid1.domain.oc1..a' },
      'one of oic_domain_id and oic_domain_url',
    ],
    [
      'introspection at Okta',
      {
        ...callersElsewhere,
        callers_provider: 'okta',
        callers_url: 'https://example.okta.com',
        callers_validation: 'introspection',
      },
      'Introspection is for an identity domain or Keycloak',
    ],
    [
      'Cognito without its clients',
      {
        ...callersElsewhere,
        callers_provider: 'cognito',
        callers_url: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aB3dE5fG7',
        callers_audience: [],
      },
      'give callers_allowed_clients',
    ],
    ['units out of step', { provisioned_concurrency: 10 }, 'steps of 20'],
    ['a key without its vault', { key_id: 'ocid1.key.oc1..a' }, 'give vault_id too'],
    ['no Oracle Integration', { oic_instance_id: '' }, 'oic_instance_id or oic_application_id'],
    [
      'an Entra audience of version 1',
      {
        ...callersElsewhere,
        callers_provider: 'entra',
        callers_entra_tenant: '00000000-0000-0000-0000-000000000000',
        callers_audience: ['api://orders'],
      },
      'a GUID',
    ],
    ['a variable that is not there', { oic_hosts: 'x' }, 'there is no variable oic_hosts'],
  ])('%s', (_, variables, message) => {
    expect(renderWith({ ...base, ...variables }).problems.join('\n')).toContain(message)
  })

  const route = { path: '/a/{id}', integration: 'A/1.0', resource: '/{id}' }
  const issuer = { provider: 'okta', url: 'https://example.okta.com', audience: ['api://a'] }
  const notJson = 'JSON object'
  it.each<[string, string, unknown, string]>([
    ['no JSON', 'integrations_json', '{', notJson],
    ['an array', 'integrations_json', ['a'], notJson],
    ['an unknown member', 'integrations_json', { a: { ...route, scope: 'x' } }, notJson],
    ['no path', 'integrations_json', { a: { ...route, path: undefined } }, notJson],
    ['a wildcard', 'integrations_json', { a: { ...route, path: '/a/{rest*}' } }, 'no wildcards'],
    ['a name that path lacks', 'integrations_json', { a: { ...route, path: '/a' } }, notJson],
    ['a method', 'integrations_json', { a: { ...route, methods: ['get'] } }, notJson],
    ['methods as text', 'integrations_json', { a: { ...route, methods: 'GET' } }, notJson],
    ['a name twice', 'integrations_json', { first: route }, 'the same name'],
    ['no JSON', 'issuers_json', 'a', notJson],
    ['an unknown provider', 'issuers_json', { a: { ...issuer, provider: 'x' } }, notJson],
    ['an unknown member', 'issuers_json', { a: { ...issuer, aud: 'x' } }, notJson],
    ['a URL for Entra', 'issuers_json', { a: { ...issuer, provider: 'entra' } }, notJson],
    ['any audience', 'issuers_json', { a: { ...issuer, audience: ['any'] } }, 'not any'],
    ['an audience as text', 'issuers_json', { a: { ...issuer, audience: 'api://a' } }, notJson],
    ['no audience', 'issuers_json', { a: { ...issuer, audience: [] } }, notJson],
    [
      'an Entra audience of version 1',
      'issuers_json',
      { a: { provider: 'entra', tenant: 'x', audience: ['api://a'] } },
      'with Entra a GUID',
    ],
    [
      'a domain without a client',
      'issuers_json',
      { a: { ...issuer, provider: 'identity_domain' } },
      notJson,
    ],
    ['half a client', 'issuers_json', { a: { ...issuer, client_id: 'x' } }, notJson],
    ['the name callers', 'issuers_json', { callers: issuer }, notJson],
    ['scopes as text', 'callers_json', { a: 'echo:invoke' }, notJson],
    ['a scope with its audience', 'callers_json', { a: ['https://api/echo'] }, notJson],
  ])('%s in %s', (_, name, value, message) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    expect(renderWith({ ...base, [name]: text }).problems.join('\n')).toContain(message)
  })

  it.each<[string, string, Value, string]>([
    ['a role that Oracle Integration lacks', 'app_roles', [], 'no role ServiceInvoker'],
    ['an application without the scope', 'scopes', [{ fqs: 'https://x/other' }], 'has no scope'],
  ])('%s', (_, attribute, value, message) => {
    const { problems } = renderWith(base, undefined, { [attribute]: value })
    expect(problems.join('\n')).toContain(message)
  })
})
