import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals'
import { jsonLines } from '../../stack/fn/log.ts'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'
import { startFaultProxy } from '../faults/fault-proxy.ts'
import { startByHand, type ByHand } from './support/by-hand.ts'
import { opaqueToken } from './support/callers-tokens.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { detailedVerdictOf } from './support/outcome.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld, testFolder } from './support/test-world.ts'
import { AUDIENCE, ISSUER } from './support/world.ts'

jest.setTimeout(60_000)

const issuer = createSigner()

/** Where proxies are said to be; must never be asked. */
const canary = await startTestServer(() => ({ body: { active: true } }))
const keys = await startTestServer(() => ({ body: { keys: [issuer.jwk] } }))
const world = await startTestWorld()
const proxy = await startFaultProxy(() => world.introspection.url)
const folder = testFolder()
let instance: ByHand

afterEach(() => instance.end())
afterAll(() => proxy.close())

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  instance = await startByHand({ ...world.environment, ...environment })
}

async function decide(token = opaqueToken()): Promise<string> {
  await instance.callWith({ token: `Bearer ${token}` })
  return detailedVerdictOf(instance.decisions().at(-1))
}

function warnedOf(): unknown[] {
  return jsonLines(instance.log)
    .filter(({ event }) => event === 'config_warning')
    .flatMap(({ warnings }) => (warnings as { key: string }[]).map(({ key }) => key))
}

describe('the environment', () => {
  it('cannot disable certificate validation; the log has a warning', async () => {
    const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date())
    const url = await proxy.startTls({ cert: certificatePem, key: privateKeyPem })
    await start({
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      idcs_introspection_endpoint: `${url}/oauth2/v1/introspect`,
    })

    expect(await decide()).toBe('fault introspection_unavailable tls_failed')
    expect(warnedOf()).toEqual(['NODE_TLS_REJECT_UNAUTHORIZED'])
    expect(world.introspection.requests).toEqual([])
  })

  it('cannot set a proxy; the log has a warning', async () => {
    const names = ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']
    await start({
      ...Object.fromEntries(names.map((name) => [name, canary.url])),
      NO_PROXY: '',
      NODE_USE_ENV_PROXY: '1',
    })

    expect(await decide()).toBe('permit permitted')
    expect(canary.requests).toEqual([])
    expect(warnedOf()).toEqual(expect.arrayContaining([...names, 'NODE_USE_ENV_PROXY']))
  })

  it('cannot enable debug output of requests; the log has a warning', async () => {
    await start({ NODE_DEBUG: 'http,https,net,tls,stream', DEBUG: '*' })

    expect(await decide()).toBe('permit permitted')
    world.introspection.replyWith({ delivery: 'dropped' })
    await decide()
    expect(instance.log.filter(({ stream }) => stream === 'stderr')).toEqual([])
    expect(warnedOf()).toEqual(['NODE_DEBUG', 'DEBUG'])
  })
})

/** What would make a good caller of a bad one, if silence were read from the prototype. */
const GOOD_CLAIMS = {
  active: true,
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'mallory',
  client_id: 'mallory',
  scope: 'echo orders',
  exp: 4_000_000_000,
  token_type: 'Bearer',
  typ: 'at+jwt',
}

/** What libraries might read from an object that lacks it. */
const GADGETS: Readonly<Record<string, string>> = {
  validateStatus: '() => true',
  parseReviver: '(key, value) => (key === "active" ? true : value)',
  transformResponse: '() => ({ active: true })',
  baseURL: 'process.env.CANARY',
  proxy: '{ host: "127.0.0.1", port: Number(new URL(process.env.CANARY).port) }',
  auth: '{ username: "mallory", password: "mallory" }',
  adapter:
    '() => Promise.resolve({ status: 200, headers: {}, data: Buffer.from(\'{"active":true}\') })',
  transport: '{ request: () => { throw new Error("pwned") } }',
  socketPath: '"/nowhere"',
  hostname: '"127.0.0.2"',
  status: '200',
  ok: 'true',
  outcome: '"permit"',
  algorithms: '["none", "HS256"]',
  crit: '[]',
  b64: 'false',
  kid: '"SIGNING_KEY"',
  jwk: '{}',
  keys: '[]',
  toJSON: '() => ({ active: true })',
  rejectUnauthorized: 'false',
  maxRedirects: '10',
}

/** Introspection answers that do not say that a token is active. */
const SILENCES = ['{}', '{"active":false}', '{"__proto__":{"active":true}}']

describe('a polluted Object.prototype', () => {
  /** Node runs this before the function. */
  const polluting = (members: Readonly<Record<string, string>>): Record<string, string> => {
    const file = join(folder, 'pollution.cjs')
    const lines = Object.entries(members).map(
      ([name, value]) =>
        `Object.defineProperty(Object.prototype, ${JSON.stringify(name)}, { value: ${value}, configurable: true, enumerable: false, writable: true })`,
    )
    writeFileSync(file, lines.join('\n'))
    return { NODE_OPTIONS: `--require ${file}`, CANARY: canary.url }
  }
  const claims = Object.fromEntries(
    Object.entries(GOOD_CLAIMS).map(([name, value]) => [name, JSON.stringify(value)]),
  )

  const verdictsOnBadTokens = async (): Promise<string[]> => {
    const verdicts: string[] = []
    for (const body of SILENCES) {
      world.introspection.replyWith({ body })
      verdicts.push(await decide())
    }
    for (const missing of ['aud', 'iss', 'active']) {
      world.introspection.replyWith({ body: world.activeAnswer({ [missing]: undefined }) })
      verdicts.push(await decide())
    }
    return verdicts
  }

  it.each([
    ['all claims of a good caller at once', claims],
    ...Object.entries(claims).map(([name, value]) => [name, { [name]: value }] as const),
    ...Object.entries(GADGETS).map(([name, value]) => [name, { [name]: value }] as const),
  ])('never turns a denial by introspection into a permit: %s', async (_name, members) => {
    await start({ ...polluting(members), issuer: ISSUER })

    const verdicts = await verdictsOnBadTokens()

    expect(verdicts.filter((verdict) => verdict.startsWith('permit'))).toEqual([])
    expect(canary.requests).toEqual([])
  })

  it.each([
    ['all claims of a good caller at once', claims],
    ...Object.entries(GADGETS).map(([name, value]) => [name, { [name]: value }] as const),
  ])('never turns an invalid JWT into a permit: %s', async (_name, members) => {
    await start({ ...polluting(members), ...jwtByKeysOf(keys), idcs_introspection_endpoint: '' })

    const stranger = createSigner()
    const verdicts: string[] = []
    for (const token of [
      stranger.token(),
      `${issuer.token()}x`,
      issuer.token({ aud: undefined }),
      issuer.token({ iss: undefined }),
      issuer.token({ exp: undefined }),
      issuer.token({ exp: 1 }),
    ]) {
      verdicts.push(await decide(token))
    }

    expect(verdicts.filter((verdict) => verdict.startsWith('permit'))).toEqual([])
    expect(canary.requests).toEqual([])
  })
})
