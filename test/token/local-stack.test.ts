/** `npm run token` against the local stack: each flow, up to the call of Oracle Integration. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { startConsoleStack, type ConsoleStack } from '../../scripts/start/console-stack.ts'
import { echoPath } from '../../stack/integration.ts'
import { ALICE, OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'
import { runToken } from './support/run.ts'

jest.setTimeout(60_000)

const SCOPE = `${OIC_AUDIENCE}${OIC_SCOPE} offline_access`

let desk: ConsoleStack
let folder: string
beforeAll(async () => {
  desk = await startConsoleStack()
  folder = mkdtempSync(join(tmpdir(), 'token-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await desk.close()
})

function straight(clientId: string, scope = SCOPE): string[] {
  const { oicDomain, integration } = desk.stack
  return [
    ...['--issuer', oicDomain.url, '--client-id', clientId, '--scope', scope],
    ...['--call', `${integration.url}${echoPath}/hello`],
  ]
}

function login(): Record<string, string> {
  const { alice } = desk.stack.registrations
  return { user: alice.name, password: alice.password, answer: 'allow' }
}

function lastCaller() {
  return desk.stack.integration.requests.at(-1)?.caller
}

describe('npm run token, directly at Oracle Integration', () => {
  it('client-credentials', async () => {
    const { oicClient } = desk.stack.registrations
    const run = runToken(
      ['client-credentials', ...straight(oicClient.clientId, `${OIC_AUDIENCE}${OIC_SCOPE}`)],
      { CLIENT_SECRET: oicClient.clientSecret },
    )
    expect((await run.ended).status).toBe(0)
    expect(lastCaller()).toMatchObject({ subject: 'oic-client', client: 'oic-client' })
  })

  it('device, with a public client, and then refresh', async () => {
    const store = ['--client-auth', 'none', '--store', join(folder, 'oic.json')]
    const words = [...straight('oic-device'), ...store]
    const run = runToken(['device', '--decode', ...words])
    const user_code = await run.printed(/enter the code\s+(\S+)/)
    await fetch(`${desk.stack.oicDomain.url}/ui/v1/device`, {
      method: 'POST',
      body: new URLSearchParams({ ...login(), user_code }),
    })
    const { status, stderr } = await run.ended
    expect([status, stderr]).toStrictEqual([0, expect.stringContaining(`"sub": "${ALICE}"`)])
    expect(lastCaller()).toMatchObject({ subject: ALICE, client: 'oic-device' })

    const before = desk.stack.integration.requests.length
    expect((await runToken(['refresh', ...words]).ended).status).toBe(0)
    expect(desk.stack.integration.requests).toHaveLength(before + 1)
    expect(lastCaller()).toMatchObject({ subject: ALICE })
  })

  it('code, with PKCE', async () => {
    const { oicPortal } = desk.stack.registrations
    const run = runToken(['code', '--port', '0', ...straight(oicPortal.clientId)], {
      CLIENT_SECRET: oicPortal.clientSecret,
    })
    const address = await run.printed(/(http:\S+authorize\?\S+)/)
    await fetch(address, { method: 'POST', body: new URLSearchParams(login()) })
    expect((await run.ended).status).toBe(0)
    expect(lastCaller()).toMatchObject({ subject: ALICE, client: 'oic-portal' })
  })
})

describe('npm run token, through the gateway', () => {
  it('assertion', async () => {
    const { callers, gateway, registrations } = desk.stack
    const { portal, portalsKey } = registrations
    const run = runToken(
      [
        ...['assertion', '--issuer', callers.url, '--client-id', portal.clientId],
        ...['--user', ALICE, '--key-file', desk.keyFile ?? ''],
        ...['--key-id', portalsKey.publicKey.kid, '--scope', portal.scopes[0] ?? ''],
        ...['--call', `${gateway.url}/oic/echo/hello`],
      ],
      { CLIENT_SECRET: portal.clientSecret },
    )
    expect((await run.ended).status).toBe(0)
    expect(desk.stack.authorizer.jsonLog().at(-1)).toMatchObject({ reason: 'permitted' })
  })
})
