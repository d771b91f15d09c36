/** The console's server: access, recorded calls, and hidden secrets. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ConsoleStack } from '../../scripts/start/console-stack.ts'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import {
  act,
  call,
  hopsOf,
  read,
  send,
  setFault,
  startConsole,
  whenChecked,
  withToken,
} from './console-fixture.ts'

let desk: ConsoleStack
beforeAll(async () => {
  desk = await startConsole()
})
afterAll(() => desk.close())

describe('the console’s server', () => {
  it.each<[string, Record<string, string>, number]>([
    ['a name that resolves to loopback', { host: 'attacker.example.com' }, 421],
    ['localhost, which is another origin', { host: 'localhost:1' }, 421],
    ['a page of another origin', { origin: 'https://attacker.example.com' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a request without the token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer guess' }, 401],
  ])('rejects %s', async (_who, headers, status) => {
    const answer = await call({ path: '/api/state', headers: { ...withToken(), ...headers } })
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('partner-a')
  })

  it('serves only the page without the token', async () => {
    const paths = ['/', '/main.js', '/style.css', '/api/calls', '/../package.json', '/other']
    const answers = await Promise.all(paths.map((path) => call({ path })))
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200, 401, 404, 404])
  })

  it('rejects forms, which any page can send', async () => {
    const headers = { ...withToken(), 'content-type': 'text/plain' }
    const answer = await call({ path: '/api/clear-cache', method: 'POST', headers, body: '{}' })
    expect(answer.status).toBe(415)
  })

  it('reports the problem of an action', async () => {
    const answers = [
      await send({ caller: 'somebody' }),
      await send({ defect: 'toString' }),
      await send({ path: 'oic' }),
      await setFault('gateway', 'refuse'),
    ]
    expect(answers.map(({ status, body }) => [status, body['error']])).toStrictEqual([
      [400, 'There is no such caller.'],
      [400, 'There is no such defect.'],
      [400, 'The path must begin with / and have no spaces.'],
      [400, 'There is no such server.'],
    ])
  })
})

describe('a recorded call', () => {
  it('has every step, and no secret or signature', async () => {
    const { body } = await send()
    expect(body).toMatchObject({
      status: 200,
      explanation: { outcome: 'permit', reason: 'permitted' },
      oicSaw: { caller: 'client oic-invoker', status: 200 },
    })
    const hops = hopsOf(body)
    expect(hops.map(({ party, title }) => `${party}: ${title}`).sort()).toStrictEqual([
      'OIC’s identity domain: Issues a token (client_credentials)',
      'Oracle Integration: Runs the integration',
      'Vault: Reads secret introspectionclient',
      'Vault: Reads secret oicinvoker',
      'callers’ identity domain: Introspects the caller’s token',
      'function: Decides',
      'gateway: Receives the call',
    ])
    const text = JSON.stringify(body)
    expect(text).not.toMatch(/eyJ[\w-]+\.|gateway-authorizer-secret|oic-invoker-secret/)
    for (const secret of ['gateway-authorizer-secret', 'oic-invoker-secret']) {
      expect(text).not.toContain(Buffer.from(secret).toString('base64'))
    }
  })

  it('is from the gateway’s cache if the function was not called', async () => {
    const { callers, registrations, gateway } = desk.stack
    const scope = 'https://api.example.com/echo:invoke'
    const { accessToken } = await callers.requestToken(registrations.partnerA, scope)
    const headers = { authorization: `Bearer ${accessToken}` }
    await fetch(`${gateway.url}/oic/echo/hello`, { headers })
    await fetch(`${gateway.url}/oic/echo/hello`, { headers })
    const [last] = await read<[object]>('/api/calls')
    expect(last).toMatchObject({ sent: null, explanation: { reason: 'gateway_cache' } })
  })

  it.each([
    ['expired', 'token_inactive', 401],
    ['audience', 'audience_mismatch', 401],
    ['unsigned', 'jwt_malformed', 401],
    ['basic', 'scheme_unsupported', 401],
  ])('with the defect %s has its reason and remedy', async (defect, reason, status) => {
    const { body } = await send({ defect })
    expect(body).toMatchObject({ status, explanation: { reason } })
    expect(String((body['explanation'] as { remedy: unknown }).remedy)).not.toBe('')
  })

  it('has the function’s checks, soon after it', async () => {
    const { body } = await send({ defect: 'audience' })
    const { checks } = await whenChecked(Number(body['id']))
    expect(checks).toMatchObject({ outcome: 'deny', reason: 'audience_mismatch' })
    expect(checks.checks).toContainEqual({
      name: 'audience',
      issuer: 'default',
      expected: 'https://api.example.com/',
      actual: 'https://another-api.example.com/',
      ok: false,
      reason: 'audience_mismatch',
    })
    expect(JSON.stringify(checks)).not.toMatch(/eyJ[\w-]+\./)
    expect(JSON.stringify(checks)).toContain('bearer jwt access_token at+jwt')
    // The requests of the checks are not steps of the next call.
    const next = await send({ defect: 'garbage' })
    expect(hopsOf(next.body).filter(({ title }) => title.startsWith('Introspects'))).toHaveLength(1)
  })

  it('that overlaps with others has its own steps, and marks shared ones', async () => {
    await act('/api/function', { action: 'restart' })
    await act('/api/clear-cache', {})
    const callers = ['0 partner-a', '0 partner-b', '0 alice@example.com']
    const answers = await Promise.all(callers.map((caller) => send({ caller })))
    for (const { status, body } of answers) {
      expect({ status, overlaps: (body['overlaps'] as unknown[]).length }).toStrictEqual({
        status: 200,
        overlaps: 2,
      })
      const hops = hopsOf(body)
      // Assigned by token and by request ID; requests to Vault are shared.
      const parties = ['callers’ identity domain', 'Oracle Integration', 'function', 'gateway']
      const own = hops.filter(({ party }) => parties.includes(party))
      expect(own.map(({ party, isShared }) => [party, isShared]).sort()).toStrictEqual(
        parties.map((party) => [party, false]).sort(),
      )
      const shared = hops.filter(({ isShared }) => isShared)
      expect(shared.every(({ title }) => /^(Reads secret|Issues a token)/.test(title))).toBe(true)
    }
  })

  it('during a fault names it', async () => {
    await setFault('callers’ identity domain', 'unavailable')
    const { body } = await send({ caller: 'own', token: 'opaque' })
    await setFault('callers’ identity domain')
    expect(body).toMatchObject({
      status: 502,
      explanation: { reason: 'introspection_unavailable' },
      faults: ['callers’ identity domain answers 503'],
    })
  })

  it('without Vault has only the checks that need no secret', async () => {
    await setFault('Vault', 'refuse')
    await act('/api/function', { action: 'restart' })
    const { body } = await send()
    await setFault('Vault')
    const { checks } = await whenChecked(Number(body['id']))
    expect(checks).toMatchObject({ outcome: 'fault', reason: 'secret_unavailable' })
    expect(JSON.stringify(checks.checks)).not.toContain('"audience"')
  })
})

describe('the callers', () => {
  const verdicts = async () => {
    const { callers } = await read<{
      callers: { id: string; verdict: { outcome: string; reason: string } | null }[]
    }>('/api/state')
    return Object.fromEntries(callers.map(({ id, verdict }) => [id, verdict?.reason ?? null]))
  }

  it('have the verdict of the running configuration', async () => {
    expect(await verdicts()).toMatchObject({
      '0 partner-a': 'permitted',
      '1 supplier': 'token_inactive',
      '2 an application': 'issuer_mismatch',
      nobody: null,
      own: null,
    })
  })

  it('have the verdict of another configuration once it is applied', async () => {
    const { configuration } = await read<{ configuration: string }>('/api/state')
    const changed = configuration.replace(/^audience=.*$/m, 'audience=https://mine.example.com/')
    await act('/api/configuration', { configuration: changed })
    while ((await verdicts())['0 partner-a'] === null) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect((await verdicts())['0 partner-a']).toBe('audience_mismatch')
    await act('/api/configuration', { configuration })
  })
})

describe('the rotation of a client secret', () => {
  it('writes the file of secrets for explain and doctor again', async () => {
    const file = desk.diagnosis?.secrets ?? ''
    const secret = () =>
      (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)[SECRET_OCIDS.backend]
    const { oicInvoker } = desk.stack.registrations
    expect(secret()).toBe(oicInvoker.clientSecret)
    await act('/api/rotate-secret', { secret: oicInvoker.clientId, where: 'both' })
    expect(secret()).toMatch(/^rotated-/)
    expect(secret()).toBe(desk.stack.vault.current(SECRET_OCIDS.backend))
  })
})
