/** The demo's stories and the smoke test of docs/live-stack.md on the local stack, with the rendered configuration and specification. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { observe, type Observation } from '../../scripts/demo/observe.ts'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { INTROSPECTION_STORIES } from '../../scripts/demo/stories.ts'
import { API_AUDIENCE, OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'
import { startGateway, type Gateway } from '../../stack/gateway/gateway.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { startTenancy } from '../doctor/tenancy.ts'
import { shellBlocks, under } from '../oci/support/documents.ts'
import { asText } from './hcl/value.ts'
import { toApi } from './specification.ts'
import { computed, exampleVariables, renderWith, SPECIFICATION_TYPE } from './stack.ts'

const oicHost = 'design.integration.example.com'
let stack: LocalStack
let gateway: Gateway
let functionConfig: Record<string, string>
let specification: Record<string, unknown>
const secretIds = ['oci_vault_secret.oic[0]', 'oci_vault_secret.introspection[0]'].map((address) =>
  asText(computed(address, 'id')),
)

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
  for (const [at, secret] of clientSecrets().entries()) vault.addSecret(secretIds[at] ?? '', secret)
  const find = (name: string) => instances.find(({ type }) => type === name)?.values
  functionConfig = find('oci_functions_function')?.['config'] as Record<string, string>
  await authorizer.setConfig({ ...functionConfig, vault_secrets_endpoint: vault.url })
  const deployment = find('oci_apigateway_deployment')
  specification = toApi(
    deployment?.['specification'] ?? null,
    SPECIFICATION_TYPE,
  ) as typeof specification
  gateway = await startGateway({
    deployments: [{ pathPrefix: deployment?.['path_prefix'] as string, specification }],
    invokeFunction: (_, body) => authorizer.invoke(body),
    origins: { [`https://${oicHost}`]: integration.url },
  })
})

afterAll(async () => {
  await gateway.close()
  await stack.close()
})

describe('the rendered stack', () => {
  const stories = INTROSPECTION_STORIES.filter(
    ({ title }) => !/single-argument|Without the function/i.test(title),
  )

  it.each(stories)('$title', async ({ request, afterwards, expected }) => {
    const own: LocalStack = { ...stack, gateway }
    const call = await request(own)
    expect(call.path.startsWith(`${PATH_PREFIXES.multiArgument}/`)).toBe(true)
    const seen = await observe(own, call)
    await afterwards?.(own)
    expect(summaryOf(seen)).toEqual(expected)
  })
})

function clientSecrets() {
  const { oicInvoker, introspector } = stack.registrations
  return [oicInvoker.clientSecret, introspector.clientSecret]
}

describe('the smoke test of docs/live-stack.md', () => {
  it('finds no failure', async () => {
    const { status, output } = await smoke(clientSecrets())
    expect(output).toMatch(/^ok +route with a valid token: status 200/m)
    expect(output).toMatch(/\nNo failure: \d+ ok, 0 warnings, 0 failures, \d+ skipped\./)
    expect(status).toBe(0)
  })

  it('names the secrets that are still placeholders', async () => {
    const { status, output } = await smoke([PLACEHOLDER, PLACEHOLDER])
    expect(output).toMatch(
      /Begin with the first failure.*\nfail +secret .*: is still the placeholder/,
    )
    expect(status).toBe(1)
  })
})

/** Pastes the block of the page, with a `terraform` that prints the outputs. */
async function smoke(secrets: readonly string[]) {
  const block = under(shellBlocks('docs/live-stack.md'), /^Ten commands/).find(({ text }) =>
    text.includes('npm run -s doctor'),
  )
  const tenancy = await startTenancy({
    config: functionConfig,
    endpoint: `${gateway.url}/oic`,
    specification,
    secrets: Object.fromEntries(secretIds.map((id, at) => [id, secrets[at] ?? ''])),
  })
  const { partnerA } = stack.registrations
  const token = await stack.requestCallerToken(partnerA, `${API_AUDIENCE}echo:invoke`)
  const tokenFile = tenancy.write('token.txt', token)
  const terraform = tenancy.write(
    'terraform',
    `#!/bin/bash
case "$*" in
  '-chdir=deploy/stack output -raw function_id') printf %s ${tenancy.functionOcid};;
  '-chdir=deploy/stack output -raw deployment_id') printf %s ${tenancy.deploymentOcid};;
  *) exit 1;;
esac
`,
  )
  chmodSync(terraform, 0o755)
  // Oracle Integration of the local stack is not at the host of its scope.
  const script = (block?.text ?? '')
    .replace('--route', `--oic ${stack.integration.url} --route`)
    .replace('token.txt', tokenFile)
  try {
    return await paste(script, {
      ...tenancy.environment,
      PATH: `${dirname(terraform)}:${process.env['PATH'] ?? ''}`,
    })
  } finally {
    await tenancy.close()
  }
}

function paste(script: string, environment: Readonly<Record<string, string>>) {
  const child = spawn('bash', ['-c', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { HOME: '/', NODE_NO_WARNINGS: '1', ...environment },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  return new Promise<{ status: number | null; output: string }>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, output })
    })
  })
}

function summaryOf({ status, decision, oicCaller, oicTokenRequests }: Observation) {
  return {
    status,
    decision: decision === undefined ? 'not called' : decision['reason'],
    oicSees: oicCaller ?? 'nobody',
    oicTokenRequests,
  }
}
