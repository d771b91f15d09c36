/** The demo's stories on the local stack, with the specification and the configuration that the stack renders. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { observe, type Observation } from '../../scripts/demo/observe.ts'
import { INTROSPECTION_STORIES } from '../../scripts/demo/stories.ts'
import { API_AUDIENCE, OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'
import { startGateway, type Gateway } from '../../stack/gateway/gateway.ts'
import { PATH_PREFIXES, startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { toApi } from './specification.ts'
import { computed, exampleVariables, renderWith, SPECIFICATION_TYPE } from './stack.ts'

const oicHost = 'design.integration.example.com'
let stack: LocalStack
let gateway: Gateway

beforeAll(async () => {
  stack = await startLocalStack()
  const { registrations, vault, callers, oicDomain, integration, authorizer } = stack
  const { instances, problems } = renderWith(
    {
      ...exampleVariables('many-integrations'),
      oic_host: oicHost,
      oic_domain_url: oicDomain.url,
      oic_scope: `${OIC_AUDIENCE}${OIC_SCOPE}`,
      callers_url: callers.url,
      callers_audience: [API_AUDIENCE],
      issuers: {},
      rate_limit_per_second: 0,
      max_decision_seconds: 3600,
    },
    (address, attribute) => {
      if (attribute !== 'name') return computed(address, attribute)
      const isIntrospection = address.startsWith('oci_identity_domains_app.introspection')
      return (isIntrospection ? registrations.introspector : registrations.oicInvoker).clientId
    },
  )
  expect(problems).toEqual([])
  vault.addSecret(
    computed('oci_vault_secret.oic[0]', 'id') as string,
    registrations.oicInvoker.clientSecret,
  )
  vault.addSecret(
    computed('oci_vault_secret.introspection[0]', 'id') as string,
    registrations.introspector.clientSecret,
  )
  const find = (wanted: string) => instances.find(({ type }) => type === wanted)?.values
  await authorizer.setConfig({
    ...(find('oci_functions_function')?.['config'] as Record<string, string>),
    vault_secrets_endpoint: vault.url,
  })
  const deployment = find('oci_apigateway_deployment')
  gateway = await startGateway({
    deployments: [
      {
        pathPrefix: deployment?.['path_prefix'] as string,
        specification: toApi(deployment?.['specification'] ?? null, SPECIFICATION_TYPE),
      },
    ],
    invokeFunction: (_, body) => authorizer.invoke(body),
    origins: { [`https://${oicHost}`]: integration.url },
  })
})

afterAll(async () => {
  await gateway.close()
  await stack.close()
})

describe('with what the stack renders', () => {
  const stories = INTROSPECTION_STORIES.filter(
    ({ title }) => !/single-argument|Without the function/i.test(title),
  )

  it.each(stories)('$title', async ({ request, afterwards, expected }) => {
    const own: LocalStack = { ...stack, gateway }
    const asked = await request(own)
    expect(asked.path.startsWith(`${PATH_PREFIXES.multiArgument}/`)).toBe(true)
    const seen = await observe(own, asked)
    await afterwards?.(own)
    expect(summaryOf(seen)).toEqual(expected)
  })
})

function summaryOf({ status, decision, oicCaller, oicTokenRequests }: Observation) {
  return {
    status,
    decision: decision === undefined ? 'not asked' : decision['reason'],
    oicSees: oicCaller ?? 'nobody',
    oicTokenRequests,
  }
}
