/** The output of `npm start`: addresses, clients, users, routes, and commands to paste. */
import type { Console } from '../../stack/console/server.ts'
import type { RouteChoice } from '../../stack/console/state.ts'
import { echoPath } from '../../stack/integration.ts'
import { isRecord } from '../../stack/json.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import { ECHO_ROUTE } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import type { OwnConfiguration } from '../../stack/own-configuration.ts'
import type { OwnDeployment } from '../../stack/own-deployment.ts'
import type { ConsoleStack, DiagnosisFiles } from './console-stack.ts'
import { OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'

/** The changes of the user's configuration and specification; empty without them. */
export function describeOwn(
  stack: LocalStack,
  configuration: OwnConfiguration | undefined,
  deployment: OwnDeployment | undefined,
): string {
  const lines: string[] = []
  if (stack.mappings.length > 0) {
    lines.push('Replaced by stand-ins on loopback:')
    for (const { from, to, standIn } of stack.mappings) {
      lines.push(`  ${from}`, `    → ${to} (${standIn})`)
    }
  }
  for (const note of configuration?.notes ?? []) lines.push(`  ! ${note}`)
  if (deployment !== undefined) {
    const { leftOut, problems } = deployment
    if (problems.length > 0) {
      lines.push(
        'The specification is not deployed: OCI would reject it, or the local gateway cannot run it.',
      )
      for (const problem of problems) lines.push(`  ✗ ${problem}`)
    }
    if (leftOut.length > 0) {
      lines.push('The local gateway does not run all of the specification:')
      for (const each of leftOut) lines.push(`  ! ${each}`)
    }
  }
  return lines.map((line) => line.replaceAll(/\p{Cc}+/gu, ' ')).join('\n')
}

export function describeStack(
  stack: LocalStack,
  firstPort: number,
  { keyFile, diagnosis }: Pick<ConsoleStack, 'keyFile' | 'diagnosis'>,
): string {
  return [
    'The local stack is running. Ctrl-C stops it.',
    section('Servers', describeServers(stack, firstPort)),
    section('Routes of the gateway', describeRoutes(stack)),
    section('Clients and users', describeClients(stack)),
    describeCalls(stack, keyFile, diagnosis),
  ].join('\n\n')
}

export function describeConsole({ address, server, token }: Console): string {
  return `
The console:

  ${address}

  The same as JSON:  curl -s -H 'Authorization: Bearer ${token}' ${server.url}/api/calls

The function’s log:
`
}

function section(title: string, rows: readonly string[]): string {
  return [`${title}:`, ...rows.map((row) => `  ${row}`)].join('\n')
}

function describeServers({ servers }: LocalStack, firstPort: number): readonly string[] {
  const inOrder = [...servers].sort(
    ([one], [other]) => Number(other === 'gateway') - Number(one === 'gateway'),
  )
  return inOrder.map(([name, { url, port }], index) => {
    const preferred = firstPort + index
    return `${name.padEnd(28)} ${url}${port === preferred ? '' : `  (port ${preferred} is in use)`}`
  })
}

/** All routes by deployment prefix. */
export function routesOf({ deployments }: Pick<LocalStack, 'deployments'>): readonly RouteChoice[] {
  return deployments.flatMap(({ pathPrefix, specification }) => {
    const routes = isRecord(specification) ? specification['routes'] : undefined
    if (!Array.isArray(routes)) return []
    return routes.filter(isRecord).map((route) => ({
      methods: Array.isArray(route['methods']) ? route['methods'].map(String) : [],
      path: pathPrefix + String(route['path']),
      note: scopesOf(route['requestPolicies']),
    }))
  })
}

function scopesOf(policies: unknown): string {
  const authorization = isRecord(policies) ? policies['authorization'] : undefined
  if (!isRecord(authorization)) return ''
  if (authorization['type'] === 'ANONYMOUS') return 'anonymous'
  const scopes = authorization['allowedScope']
  return Array.isArray(scopes) ? `scope ${scopes.join(' or ')}` : ''
}

function describeRoutes(stack: LocalStack): readonly string[] {
  return routesOf(stack).map(({ methods, path, note }) =>
    `${methods.join('|').padEnd(9)} ${path.padEnd(36)} ${note}`.trimEnd(),
  )
}

function describeClients({ providers, registrations }: LocalStack): readonly string[] {
  const { oicClient, oicPortal, oicDevice, alice } = registrations
  const row = (kind: string, name: string, secret: string): string =>
    `  ${kind.padEnd(8)} ${name.padEnd(34)} ${secret}`
  const secretOf = (client: { clientSecret: string; isPublic?: boolean }): string =>
    client.isPublic === true ? 'public, no secret' : `secret ${client.clientSecret}`
  return [
    ...providers.flatMap(({ name, clients, users, portal, entra }) => {
      const all = new Set([...clients, ...(portal === undefined ? [] : [portal.client])])
      return [
        name,
        ...[...all].map((client) => row('client', client.clientId, secretOf(client))),
        ...users.map((user) => row('user', user.name, `password ${user.password}`)),
        ...(entra === undefined ? [] : ['  the console creates its tokens']),
      ]
    }),
    'OIC’s identity domain, for direct calls of Oracle Integration',
    ...[oicClient, oicPortal, oicDevice].map((client) =>
      row('client', client.clientId, secretOf(client)),
    ),
    row('user', alice.name, `password ${alice.password}`),
  ]
}

function describeCalls(
  stack: LocalStack,
  keyFile: string | undefined,
  diagnosis: DiagnosisFiles | undefined,
): string {
  const { gateway, registrations, oicDomain, integration } = stack
  const provider = stack.providers.find(({ domain, clients }) => domain && clients.length > 0)
  const [client] = provider?.clients ?? []
  const { oicClient, oicPortal, oicDevice } = registrations
  const oicScope = `${OIC_AUDIENCE}${OIC_SCOPE}`
  const direct = `${integration.url}${echoPath}/hello`
  const token = (flow: string, scope: string, rest: string): string =>
    `  npm run -s token -- ${flow} --issuer ${oicDomain.url} --scope '${scope}' --client-id ${rest} --call ${direct}`
  const offline = `${oicScope} offline_access`
  const device = `${oicDevice.clientId} --client-auth none`
  return [
    ...(provider?.domain === undefined || client === undefined
      ? []
      : [
          'Through the gateway:',
          '',
          `  TOKEN=$(curl -s -u ${client.clientId}:${client.clientSecret} -d grant_type=client_credentials ${form(provider.domain.scopeParameters(provider.scopes[0] ?? ''))} ${provider.domain.tokenEndpoint} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
          `  curl -i -H "Authorization: Bearer $TOKEN" ${gateway.url}${exampleRoute(stack)}`,
          '',
        ]),
    ...describeDiagnosis(stack, diagnosis),
    ...describeAssertion(stack, keyFile),
    'Oracle Integration directly, in another terminal:',
    '',
    `  export CLIENT_SECRET=${oicClient.clientSecret}`,
    token('client-credentials', oicScope, oicClient.clientId),
    token('device', offline, `${device} --decode --store oic.json`),
    token('refresh', offline, `${device} --store oic.json`),
    `  export CLIENT_SECRET=${oicPortal.clientSecret}`,
    token('code', offline, oicPortal.clientId),
  ].join('\n')
}

function describeDiagnosis(
  { gateway, integration }: LocalStack,
  files: DiagnosisFiles | undefined,
): readonly string[] {
  if (files === undefined) return []
  const given = `--config ${files.config} --secrets ${files.secrets}`
  return [
    'Why the call is permitted or denied, and a check of the whole set-up:',
    '',
    `  printf %s "$TOKEN" | npm run -s explain -- ${given}`,
    `  printf %s "$TOKEN" | npm run -s doctor -- ${given} --deployment ${files.deployment} --oic ${integration.url} --gateway ${gateway.url} --route ${ECHO_ROUTE}`,
    '',
  ]
}

function describeAssertion(stack: LocalStack, keyFile: string | undefined): readonly string[] {
  const provider = stack.providers.find(({ portal }) => portal)
  const { portal, domain, users, scopes } = provider ?? {}
  const [user] = users ?? []
  if (portal === undefined || domain === undefined || user === undefined) return []
  const scope = scopes?.find((each) => portal.client.scopes.includes(each)) ?? ''
  return [
    'As a user that the portal asserts, in another terminal:',
    '',
    `  export CLIENT_SECRET=${portal.client.clientSecret}`,
    `  npm run -s token -- assertion --issuer ${domain.url} --client-id ${portal.client.clientId} --user ${user.name} --key-file ${keyFile ?? ''} --key-id ${portal.key.publicKey.kid} --scope ${scope} --call ${stack.gateway.url}${exampleRoute(stack)}`,
    '',
  ]
}

function form(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `--data-urlencode '${name}=${value}'`)
    .join(' ')
}

function exampleRoute(stack: LocalStack): string {
  const own = routesOf(stack).find(
    ({ path, note }) => path.startsWith(`${PATH_PREFIXES.own}/`) && note !== 'anonymous',
  )
  return own?.path.replaceAll(/\{[^}]*\}/g, 'hello') ?? ECHO_ROUTE
}
