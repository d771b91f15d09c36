import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { startGateway } from '../../stack/gateway/gateway.ts'
import { listen } from '../../stack/listen.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { planConfiguration } from '../../stack/own-configuration.ts'
import { planDeployment } from '../../stack/own-deployment.ts'
import { root } from '../oci/support/documents.ts'

const providers = ['identity-domain', 'entra', 'okta', 'auth0', 'keycloak', 'cognito', 'other']

/** Values for the placeholders. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/0{32}/g, '3fa29c41d07b4e5c8a61f2b9d4e87c05'],
  [/1{32}/g, '9b1f6d20c47a4f1e8e02b7a5d3c46e18'],
  [/0{8}(-0{4}){3}-0{12}/g, '3fa29c41-d07b-4e5c-8a61-f2b9d4e87c05'],
  [/1{8}(-1{4}){3}-1{12}/g, '9b1f6d20-c47a-4f1e-8e02-b7a5d3c46e18'],
  [/YOUR_INSTANCE/g, '486492DB0C5F4E7AA1B2C3D4E5F60718'],
  [/cognito-idp\.REGION/g, 'cognito-idp.eu-central-1'],
  [/YOUR_USER_POOL/g, 'eu-central-1_aB3dE5fG7'],
  [/ID_OF_THE_APP_CLIENT/g, '3n4b5urk1ft4fl3mg5e62d9ado'],
  [/YOUR_ORG|YOUR_TENANT/g, 'contoso'],
  [/YOUR_HOST|YOUR_ISSUER/g, 'sso.contoso.test'],
  [/YOUR_REALM/g, 'shops'],
  [/CLIENT_ID_OF_THE_INTROSPECTION_APPLICATION/g, 'introspection-app'],
  [/CLIENT_ID_OF_THE_APPLICATION_WITH_SERVICEINVOKER/g, 'oic-app'],
  [/\.REGION\.(\w+_SECRET)/g, '.eu-frankfurt-1.$1'],
  [/REGION/g, 'eu-frankfurt-1'],
]

function filledIn(text: string): string {
  return VALUES.reduce((filled, [placeholder, value]) => filled.replace(placeholder, value), text)
}

/** The configuration on the page. */
function configurationOn(page: string): string {
  const blocks = [...readFileSync(root + page, 'utf8').matchAll(/^```json\n(.*?)^```$/gms)]
  return blocks.map(([, text = '']) => text).find((text) => text.includes('"issuers"')) ?? ''
}

function specificationIn(folder: string): unknown {
  return JSON.parse(filledIn(readFileSync(`${root}examples/${folder}/api-deployment.json`, 'utf8')))
}

let stack: LocalStack | undefined
const servers: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  await stack?.close()
  stack = undefined
})

/** A token of the stand-in for the only issuer, as that provider issues it. */
async function callersToken({ providers: [provider] }: LocalStack): Promise<string> {
  const { domain, entra, clients, scopes } = provider ?? {}
  if (entra !== undefined) return entra.requestToken({ roles: ['Orders.Invoke'] })
  const [client] = clients ?? []
  if (domain === undefined || client === undefined) throw new Error('no stand-in')
  return (await domain.requestToken(client, (scopes ?? []).join(' '))).accessToken
}

describe.each(providers)('the configuration on the page of %s', (provider) => {
  const text = filledIn(configurationOn(`docs/identity-providers/${provider}.md`))
  const specification = specificationIn(provider)

  it('is accepted by check-config without a warning, with the deployment specification', () => {
    const { text: report } = checkConfig({ authorizer_config: text }, specification)
    expect(report).toContain('No problems, no warnings.')
  })

  it('permits the provider’s token', async () => {
    stack = await startLocalStack({
      ownConfiguration: planConfiguration({ authorizer_config: text }),
      ownDeployment: planDeployment(specification),
    })
    const token = await callersToken(stack)
    const { status } = await fetch(`${stack.gateway.url}/own/echo/hello`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const decision = stack.authorizer.jsonLog().findLast((line) => line['event'] === 'decision')
    expect([status, decision?.['reason']]).toEqual([200, 'permitted'])
  })
})

const oicOrigin = 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com'
const callersOrigin = filledIn(
  'https://idcs-00000000000000000000000000000000.identity.oraclecloud.com',
)

/** A gateway with only this pattern, between the local identity domain and the local OIC. */
async function startPattern(name: string) {
  stack = await startLocalStack()
  const { oicUser } = stack.registrations
  const specification = JSON.stringify(specificationIn(`patterns/${name}`))
    .replace('MODULUS_OF_THE_SIGNING_KEY', stack.callers.publicKeys().keys[0]?.n ?? '')
    .replace('BASE64_OF_USER_COLON_PASSWORD', base64(`${oicUser.name}:${oicUser.password}`))
  // Public, as after “Access signing certificate → Configure client access”, and with a `use`.
  const published = JSON.stringify({
    keys: stack.callers.publicKeys().keys.map((key) => ({ ...key, use: 'sig' })),
  })
  const keyServer = await listen((_, response) => response.end(published))
  servers.push(keyServer)
  const gateway = await startGateway({
    deployments: [{ pathPrefix: '/v1', specification: JSON.parse(specification) as object }],
    origins: { [oicOrigin]: stack.integration.url, [callersOrigin]: keyServer.url },
    invokeFunction: () => {
      throw new Error('this pattern has no function')
    },
  })
  servers.push(gateway)
  return { url: `${gateway.url}/v1`, stack }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

async function statusOf(url: string, authorization?: string): Promise<number> {
  const { status } = await fetch(
    url,
    authorization === undefined ? {} : { headers: { authorization } },
  )
  return status
}

async function callersBearer({ callers, registrations }: LocalStack): Promise<string> {
  const scope = 'https://api.example.com/echo:invoke'
  return `Bearer ${(await callers.requestToken(registrations.partnerA, scope)).accessToken}`
}

function lastCaller({ integration }: LocalStack) {
  return integration.requests.at(-1)?.caller
}

describe('the pattern', () => {
  it('open answers every caller', async () => {
    const { url } = await startPattern('open')
    expect(await statusOf(`${url}/hello`)).toBe(200)
  })

  it.each(['jwt-remote-keys', 'jwt-static-keys'])('%s answers a valid token', async (name) => {
    const { url, stack } = await startPattern(name)
    expect(await statusOf(`${url}/hello`)).toBe(401)
    expect(await statusOf(`${url}/hello`, await callersBearer(stack))).toBe(200)
  })

  it('jwt-then-basic calls OIC as its user for a valid token', async () => {
    const { url, stack } = await startPattern('jwt-then-basic')
    expect(await statusOf(`${url}/echo/hello`)).toBe(401)
    expect(await statusOf(`${url}/echo/hello`, await callersBearer(stack))).toBe(200)
    expect(lastCaller(stack)).toMatchObject({ scheme: 'Basic' })
  })

  it('basic-of-the-caller leaves the decision to OIC', async () => {
    const { url, stack } = await startPattern('basic-of-the-caller')
    const { name, password } = stack.registrations.oicUser
    expect(await statusOf(`${url}/echo/hello`)).toBe(401)
    expect(await statusOf(`${url}/echo/hello`, `Basic ${base64(`${name}:wrong`)}`)).toBe(401)
    expect(await statusOf(`${url}/echo/hello`, `Basic ${base64(`${name}:${password}`)}`)).toBe(200)
  })

  it('basic-at-the-route calls OIC as its user for every caller', async () => {
    const { url, stack } = await startPattern('basic-at-the-route')
    expect(await statusOf(`${url}/unprotected/echo/hello`)).toBe(200)
    expect(lastCaller(stack)).toMatchObject({ scheme: 'Basic' })
  })

  describe('function', () => {
    const keys = JSON.parse(
      filledIn(readFileSync(`${root}examples/patterns/function/keys.json`, 'utf8')),
    ) as Record<string, string>
    const specification = specificationIn('patterns/function')

    it('is accepted by check-config without a warning, with the deployment specification', () => {
      expect(checkConfig(keys, specification).text).toContain('No problems, no warnings.')
    })

    it('calls OIC with the function’s token for a valid token', async () => {
      stack = await startLocalStack({
        ownConfiguration: planConfiguration(keys),
        ownDeployment: planDeployment(specification),
      })
      const url = `${stack.gateway.url}/own/echo/hello`
      expect(await statusOf(url)).toBe(401)
      expect(await statusOf(url, `Bearer ${await callersToken(stack)}`)).toBe(200)
      expect(lastCaller(stack)).toMatchObject({ scheme: 'Bearer', client: 'oic-app' })
    })
  })

  it.each(readdirSync(`${root}examples/patterns`))('%s is on the page of patterns', (name) => {
    expect(readFileSync(`${root}docs/patterns.md`, 'utf8')).toContain(`examples/patterns/${name})`)
  })
})
