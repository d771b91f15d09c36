import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { planConfiguration } from '../../stack/own-configuration.ts'
import { planDeployment } from '../../stack/own-deployment.ts'
import { root } from '../oci/support/documents.ts'

const providers = ['identity-domain', 'entra', 'okta', 'auth0', 'keycloak', 'cognito', 'other']

/** What a reader puts in place of the placeholders. */
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
  [/REGION\.UNIQUE/g, 'eu-frankfurt-1.aaaaaaaafunction'],
  [/your-oic-host\.example\.com/g, 'design.integration.eu-frankfurt-1.ocp.oraclecloud.com'],
  [/REGION/g, 'eu-frankfurt-1'],
]

function filledIn(text: string): string {
  return VALUES.reduce((filled, [placeholder, value]) => filled.replace(placeholder, value), text)
}

/** The configuration on the page, as a reader copies it. */
function configurationOn(page: string): string {
  const blocks = [...readFileSync(root + page, 'utf8').matchAll(/^```json\n(.*?)^```$/gms)]
  return blocks.map(([, text = '']) => text).find((text) => text.includes('"issuers"')) ?? ''
}

const specification: unknown = JSON.parse(
  filledIn(readFileSync(`${root}deploy/api-deployment.json`, 'utf8')),
)

let stack: LocalStack | undefined
afterEach(async () => {
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
