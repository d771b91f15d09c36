import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { UsageError } from '../../scripts/command-line/parse.ts'
import { readArguments } from '../../scripts/token/arguments.ts'
import { listen } from '../../stack/listen.ts'
import { chromiumPath, startBrowser } from './support/browser.ts'
import { RESOURCE, startLoginProvider, type LoginProvider } from './support/provider.ts'
import { runToken, type Ending } from './support/run.ts'

jest.setTimeout(60_000)

let provider: LoginProvider
let redirectPort: number
let folder: string
beforeAll(async () => {
  // A port that is free now; the code flow's redirect has to be registered beforehand.
  const taken = await listen(() => undefined)
  redirectPort = Number(new URL(taken.url).port)
  await taken.close()
  provider = await startLoginProvider(redirectPort)
  folder = mkdtempSync(join(tmpdir(), 'token-'))
})
afterEach(() => {
  provider.discoverWith({})
})
afterAll(async () => {
  await provider.close()
  rmSync(folder, { recursive: true, force: true })
})

function at(...words: readonly string[]): string[] {
  return ['--issuer', provider.url, '--client-id', provider.clientId, ...words]
}
function withSecret() {
  return { CLIENT_SECRET: provider.clientSecret }
}
function run(words: readonly string[], environment = withSecret()): Promise<Ending> {
  return runToken(words, environment).ended
}

function claimsOf(stdout: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
}

describe('client-credentials', () => {
  it('prints only the token on standard output, and everything else on standard error', async () => {
    const { status, stdout, stderr } = await run([
      'client-credentials',
      ...at('--scope', 'read', '--decode'),
    ])

    expect([status, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(claimsOf(stdout)).toMatchObject({ aud: RESOURCE, scope: 'read' })
    expect(stderr).toContain(`"aud": "${RESOURCE}"`)
    expect(stderr).toMatch(/exp: 20\d\d-/)
    expect(stderr).not.toContain(stdout.trim().split('.')[2])
    expect(stderr).not.toContain(provider.clientSecret)
  })

  it('reads the client secret from a file, and sends it in the body if requested', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, `${provider.clientSecret}\n`)
    const { status, stderr } = await run(
      ['client-credentials', ...at('--client-secret-file', file, '--client-auth', 'basic')],
      { CLIENT_SECRET: 'not this one' },
    )

    expect([status, stderr]).toEqual([0, expect.stringContaining('600 seconds')])
  })

  it('uses the token for a call instead of printing it', async () => {
    const seen: (string | undefined)[] = []
    const api = await listen((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' })
      response.end('the answer')
    })
    const { status, stdout, stderr } = await run([
      'client-credentials',
      ...at('--call', `${api.url}/echo`),
    ])
    await api.close()

    expect([status, stdout]).toEqual([1, ''])
    expect(seen).toEqual([expect.stringMatching(/^Bearer ey/)])
    expect(stderr).toContain('403 Bearer error="insufficient_scope"\nthe answer')
  })

  it('reports a refusal with the provider’s error and a hint', async () => {
    const { status, stdout, stderr } = await run(['client-credentials', ...at()], {
      CLIENT_SECRET: 'wrong',
    })

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('invalid_client')
    expect(stderr).toContain('Compare client id and secret')
    expect(stderr.trim().split('\n')).toHaveLength(2)
  })
})

describe('an identity domain', () => {
  it('is accepted although its discovery document has the issuer that all domains share', async () => {
    provider.discoverWith({ issuer: 'https://identity.oraclecloud.com/' })

    expect((await run(['client-credentials', ...at()])).status).toBe(0)
  })

  it.each([
    ['another issuer', { issuer: 'https://elsewhere.example' }, 'of another issuer'],
    ['no issuer', { issuer: undefined }, 'no discovery document'],
    [
      'an endpoint without TLS',
      { token_endpoint: 'http://idp.example/token' },
      'token_endpoint is not https',
    ],
  ])('is the only exception: rejected with %s', async (_case, members, expected) => {
    provider.discoverWith(members)
    const { status, stderr } = await run(['client-credentials', ...at()])

    expect([status, stderr]).toEqual([1, expect.stringContaining(expected)])
  })
})

describe('a device', () => {
  it.each([
    ['lists none', {}],
    [
      'is an identity domain, where it is presumed',
      { issuer: 'https://identity.oraclecloud.com/' },
    ],
  ])('needs a device authorization endpoint: the provider %s', async (_case, members) => {
    provider.discoverWith({ userinfo_endpoint: `${provider.url}/me`, ...members })
    const { status, stdout, stderr } = await run(['device', ...at()])

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`${provider.url} has no device authorization endpoint\n`)
  })
})

function messageOf(run: () => unknown): string {
  try {
    run()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof UsageError ? error.message : 'not a usage error'
  }
}

describe('the command line', () => {
  it.each([
    [['client-credentials', '--client-secret', 'x'], 'CLIENT_SECRET'],
    [['client-credentials', '--client-secret=x'], 'CLIENT_SECRET'],
    [['password'], 'client-credentials, device, code, refresh'],
    [['device'], '--issuer'],
    [['device', '--issuer', 'http://idp.example', '--client-id', 'a'], '--issuer is not https'],
    [['device', '--issuer', 'idcs-1.example', '--client-id', 'a'], '--issuer is not a URL'],
    [
      ['device', '--issuer', 'https://idp.example', '--client-id', 'a', '--call', 'api.example'],
      '--call is not a URL',
    ],
    [['device', '--issuer', 'https://idp.example'], '--client-id'],
    [['refresh', '--issuer', 'https://idp.example', '--client-id', 'a'], '--store'],
    [[], 'Give one flow'],
    [
      ['device', '--issuer', 'https://idcs-a.example/oauth2/v1/token', '--client-id', 'a'],
      'give the domain’s URL, https://idcs-a.example.',
    ],
    [
      [
        'device',
        '--issuer',
        'https://a.example/realms/b/protocol/openid-connect/token',
        '--client-id',
        'a',
      ],
      'give the issuer’s URL, https://a.example/realms/b.',
    ],
    [
      ['code', '--issuer', 'https://a.example', '--client-id', 'a', '--port'],
      '--port lacks its value',
    ],
    [['code', '--issuer', 'https://idp.example', '--client-id', 'a', '--port', 'x'], '--port'],
  ])('is rejected in one line with the expected value: %j', (words, expected) => {
    const message = messageOf(() => readArguments(words))

    expect(message).toContain(expected)
    expect(message).not.toContain('\n')
  })

  it.each([
    [['device', '--colour'], 2, 'There is no option --colour'],
    [
      ['client-credentials', '--issuer', 'http://127.0.0.1:1', '--client-id', 'a'],
      1,
      'does not answer',
    ],
  ])('%j ends with one line and status %i', async (words, expectedStatus, expected) => {
    const { status, stdout, stderr } = await run(words)

    expect([status, stdout]).toEqual([expectedStatus, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('ends without waiting for a redirect if there is no authorization endpoint', async () => {
    provider.discoverWith({ authorization_endpoint: undefined })
    const { status, stdout, stderr } = await run(['code', ...at('--port', '0')])

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`${provider.url} has no authorization endpoint\n`)
  })

  it('shows no library message for an invalid answer of the provider', async () => {
    provider.discoverWith({ token_endpoint: `${provider.url}/nowhere` })
    const { status, stdout, stderr } = await run(['client-credentials', ...at()])

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The identity provider’s answer cannot be used: \w+\.\n$/)
  })

  it('names a secret file that cannot be read', async () => {
    const file = join(folder, 'missing')
    const { status, stderr } = await run([
      'client-credentials',
      ...at('--client-secret-file', file),
    ])

    expect([status, stderr]).toEqual([
      2,
      `--client-secret-file ${file} cannot be read: give a readable file.\n`,
    ])
  })

  it('rejects a missing secret without a terminal', async () => {
    const { status, stderr } = await runToken(['client-credentials', ...at()]).ended

    expect([status, stderr]).toEqual([2, expect.stringContaining('CLIENT_SECRET')])
  })

  it('prints its help', async () => {
    const { status, stdout, stderr } = await run(['--help'])

    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('npm run token -- device')
  })
})

describe('the stored refresh token', () => {
  it.each([
    ['is readable by others', 0o644, '{"refresh_token":"x"}', 'read by others'],
    ['is none', 0o600, '{}', 'holds no refresh token'],
  ])('is not used if the file %s', async (_case, mode, content, expected) => {
    const file = join(folder, `store-${mode}`)
    writeFileSync(file, content, { mode })
    const { status, stderr } = await run(['refresh', ...at('--store', file)])

    expect([status, stderr]).toEqual([1, expect.stringContaining(expected)])
  })
})

const inBrowser = chromiumPath === undefined ? describe.skip : describe

inBrowser('a person in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser.close())

  /** Logs in and consents on the provider's development pages. */
  const logIn = async (address: string, userCode?: string): Promise<string> => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(address)
    if (userCode !== undefined) {
      await page.fill('[name=user_code]', userCode)
      await page.click('[type=submit]')
      await page.click('[type=submit]')
    }
    await page.fill('[name=login]', 'alice')
    await page.fill('[name=password]', 'any')
    await page.click('[type=submit]')
    await page.click('[type=submit]')
    await page.waitForLoadState()
    return page.innerText('body')
  }

  it('device code on another device; each refresh token is stored and used once', async () => {
    const file = join(folder, 'device.json')
    const device = runToken(
      ['device', ...at('--scope', 'openid offline_access read', '--store', file)],
      withSecret(),
    )
    const address = await device.heard(/open {3}(\S+)/)
    await logIn(address, await device.heard(/code {4}(\S+)/))
    const first = await device.ended

    expect(first.status).toBe(0)
    expect(claimsOf(first.stdout)).toMatchObject({ sub: 'alice', aud: RESOURCE })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const kept = readFileSync(file, 'utf8')
    expect(first.stdout + first.stderr).not.toContain(
      (JSON.parse(kept) as { refresh_token: string }).refresh_token,
    )
    const second = await run(['refresh', ...at('--store', file)])
    expect(claimsOf(second.stdout)).toMatchObject({ sub: 'alice' })
    expect(readFileSync(file, 'utf8')).not.toBe(kept)

    writeFileSync(file, kept)
    const replayed = await run(['refresh', ...at('--store', file)])
    expect([replayed.status, replayed.stderr]).toEqual([
      1,
      expect.stringContaining('invalid_grant'),
    ])
  })

  it('login in the browser, which returns the code', async () => {
    const code = runToken(
      ['code', ...at('--scope', 'openid read', '--port', String(redirectPort))],
      withSecret(),
    )
    const page = await logIn(await code.heard(/browser on this machine:\s+(\S+)/))
    const { status, stdout } = await code.ended

    expect(page).toContain('You can close this window')
    expect(status).toBe(0)
    expect(claimsOf(stdout)).toMatchObject({ sub: 'alice', scope: 'read' })
  })
})

describe('a flow that waits for the user', () => {
  it('ends with Ctrl-C without an error', async () => {
    const code = runToken(['code', ...at('--port', '0')], withSecret())
    await code.heard(/(browser on this machine)/)
    code.interrupt()
    const { status, stdout } = await code.ended

    expect([status, stdout]).toEqual([130, ''])
  })

  it('rejects a redirect with another state', async () => {
    const code = runToken(['code', ...at('--port', '0')], withSecret())
    const address = await code.heard(/redirect (\S+)/)
    await fetch(`${address}?code=stolen&state=forged`)
    const { status, stdout } = await code.ended

    expect([status, stdout]).toEqual([1, ''])
  })
})
