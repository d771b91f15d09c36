/** All flows of `npm run token` with the local stack, including the call of Oracle Integration. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { startConsoleStack, type ConsoleStack } from '../../scripts/start/console-stack.ts'
import { echoPath } from '../../stack/integration.ts'
import { ALICE, OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'
import { useTemporaryFolder } from '../support/temporary-folder.ts'
import { startToken } from './support/login-flows.ts'

jest.setTimeout(60_000)

const SCOPE = `${OIC_AUDIENCE}${OIC_SCOPE} offline_access`

const { pathOf } = useTemporaryFolder()

let local: ConsoleStack
beforeAll(async () => {
  local = await startConsoleStack()
})
afterAll(() => local.close())

function directCall(clientId: string, scope = SCOPE): string[] {
  const { oicDomain, integration } = local.stack
  return [
    ...['--issuer', oicDomain.url, '--client-id', clientId, '--scope', scope],
    ...['--call', `${integration.url}${echoPath}/hello`],
  ]
}

function login(): Record<string, string> {
  const { alice } = local.stack.registrations
  return { user: alice.name, password: alice.password, answer: 'allow' }
}

function lastCaller() {
  return local.stack.integration.requests.at(-1)?.caller
}

describe('npm run token with a direct call', () => {
  it('uses client credentials', async () => {
    const { oicClient } = local.stack.registrations
    const scope = `${OIC_AUDIENCE}${OIC_SCOPE}`
    const run = startToken(
      ['client-credentials', ...directCall(oicClient.clientId, scope)],
      oicClient.clientSecret,
    )
    expect((await run.ended).status).toBe(0)
    expect(lastCaller()).toMatchObject({ subject: 'oic-client', client: 'oic-client' })
  })

  it('uses a device code with a public client, and then a refresh token', async () => {
    const store = ['--client-auth', 'none', '--store', pathOf('oic.json')]
    const args = [...directCall('oic-device'), ...store]
    const run = startToken(['device', '--decode', ...args])
    const user_code = await run.waitFor(/enter the code\s+(\S+)/)
    await fetch(`${local.stack.oicDomain.url}/ui/v1/device`, {
      method: 'POST',
      body: new URLSearchParams({ ...login(), user_code }),
    })
    const { status, stderr } = await run.ended
    expect([status, stderr]).toStrictEqual([0, expect.stringContaining(`"sub": "${ALICE}"`)])
    expect(lastCaller()).toMatchObject({ subject: ALICE, client: 'oic-device' })

    const before = local.stack.integration.requests.length
    expect((await startToken(['refresh', ...args]).ended).status).toBe(0)
    expect(local.stack.integration.requests).toHaveLength(before + 1)
    expect(lastCaller()).toMatchObject({ subject: ALICE })
  })

  it('uses an authorization code with PKCE', async () => {
    const { oicPortal } = local.stack.registrations
    const args = ['code', '--port', '0', ...directCall(oicPortal.clientId)]
    const run = startToken(args, oicPortal.clientSecret)
    const address = await run.waitFor(/(http:\S+authorize\?\S+)/)
    await fetch(address, { method: 'POST', body: new URLSearchParams(login()) })
    expect((await run.ended).status).toBe(0)
    expect(lastCaller()).toMatchObject({ subject: ALICE, client: 'oic-portal' })
  })
})

describe('npm run token with a call through the gateway', () => {
  it('uses an assertion', async () => {
    const { callers, gateway, registrations } = local.stack
    const { portal, portalsKey } = registrations
    const run = startToken(
      [
        ...['assertion', '--issuer', callers.url, '--client-id', portal.clientId],
        ...['--user', ALICE, '--key-file', local.keyFile ?? ''],
        ...['--key-id', portalsKey.publicKey.kid, '--scope', portal.scopes[0] ?? ''],
        ...['--call', `${gateway.url}/oic/echo/hello`],
      ],
      portal.clientSecret,
    )
    expect((await run.ended).status).toBe(0)
    expect(local.stack.authorizer.jsonLog().at(-1)).toMatchObject({ reason: 'permitted' })
  })
})
