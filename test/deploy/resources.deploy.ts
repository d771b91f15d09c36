/** The resources of the stack: policies, secrets, and what is given and not created. */
import { describe, expect, it } from '@jest/globals'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import type { Rendered } from './hcl/render.ts'
import { asText, type Members } from './hcl/value.ts'
import { base, exampleVariables, files, OIC_SCOPE, renderWith, statementsOf } from './stack.ts'

function addressesOf({ instances }: Rendered): string[] {
  return instances.map(({ address }) => address)
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
    ['vault', { vault_id: 'ocid1.vault.oc1..a', key_id: 'ocid1.key.oc1..a' }, /oci_kms_/],
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
