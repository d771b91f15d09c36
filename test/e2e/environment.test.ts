import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals'
import { jsonLines } from '../../stack/fn/log.ts'
import { selfSignedCertificate } from '../support/self-signed-certificate.ts'
import { startFaultProxy } from '../faults/fault-proxy.ts'
import { startFunctionProcess, type FunctionProcess } from './support/function-process.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { detailedVerdictOf } from './support/outcome.ts'
import {
  startKeyServer,
  startTestHarness,
  startTestServer,
  testFolder,
} from './support/test-harness.ts'
import { PERMIT } from './support/harness.ts'
import { AUDIENCE, createSigner, ISSUER } from './support/tokens.ts'

jest.setTimeout(60_000)

const issuer = createSigner()

/** The environment names it as a proxy; the function must not send it a request. */
const canary = await startTestServer(() => ({ body: { active: true } }))
const keys = await startKeyServer(issuer)
const harness = await startTestHarness()
const proxy = await startFaultProxy(() => harness.introspection.url)
const folder = testFolder()
let instance: FunctionProcess

afterEach(() => instance.end())
afterAll(() => proxy.close())

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  instance = await startFunctionProcess({ ...harness.environment, ...environment })
}

async function decide(token?: string): Promise<string> {
  await instance.decide(token)
  return detailedVerdictOf(instance.decisions().at(-1))
}

function warningKeys(): unknown[] {
  return jsonLines(instance.log)
    .filter(({ event }) => event === 'config_warning')
    .flatMap(({ warnings }) => (warnings as { key: string }[]).map(({ key }) => key))
}

describe('the environment', () => {
  it('cannot disable certificate validation, and causes a warning', async () => {
    const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date())
    const url = await proxy.startTls({ cert: certificatePem, key: privateKeyPem })
    await start({
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      idcs_introspection_endpoint: `${url}/oauth2/v1/introspect`,
    })

    expect(await decide()).toBe('fault introspection_unavailable tls_failed')
    expect(warningKeys()).toEqual(['NODE_TLS_REJECT_UNAUTHORIZED'])
    expect(harness.introspection.requests).toEqual([])
  })

  it('cannot set a proxy, and causes a warning', async () => {
    const names = ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']
    await start({
      ...Object.fromEntries(names.map((name) => [name, canary.url])),
      NO_PROXY: '',
      NODE_USE_ENV_PROXY: '1',
    })

    expect(await decide()).toBe(PERMIT)
    expect(canary.requests).toEqual([])
    expect(warningKeys()).toEqual(expect.arrayContaining([...names, 'NODE_USE_ENV_PROXY']))
  })

  it('cannot enable debug output of requests, and causes a warning', async () => {
    await start({ NODE_DEBUG: 'http,https,net,tls,stream', DEBUG: '*' })
    expect(await decide()).toBe(PERMIT)
    harness.introspection.replyWith({ delivery: 'dropped' })
    await decide()
    expect(instance.log.filter(({ stream }) => stream === 'stderr')).toEqual([])
    expect(warningKeys()).toEqual(['NODE_DEBUG', 'DEBUG'])
  })
})

/** Members that would make a token valid if the function inherited absent ones. */
const VALID_CLAIMS = {
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
const CLAIMS = Object.fromEntries(
  Object.entries(VALID_CLAIMS).map(([name, value]) => [name, JSON.stringify(value)]),
)

/** Options and members that libraries may read from an object that lacks them. */
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

type Pollution = readonly [name: string, members: Readonly<Record<string, string>>]
const ALL_CLAIMS: Pollution = ['all members of a valid token', CLAIMS]

function eachAlone(members: Readonly<Record<string, string>>): Pollution[] {
  return Object.entries(members).map(([name, value]) => [name, { [name]: value }])
}

/** Makes Node add these members to `Object.prototype` before it loads the function. */
function polluting(members: Readonly<Record<string, string>>): Record<string, string> {
  const file = join(folder, 'pollution.cjs')
  const lines = Object.entries(members).map(
    ([name, value]) =>
      `Object.defineProperty(Object.prototype, ${JSON.stringify(name)}, { value: ${value}, configurable: true, enumerable: false, writable: true })`,
  )
  writeFileSync(file, lines.join('\n'))
  return { NODE_OPTIONS: `--require ${file}`, CANARY: canary.url }
}

describe('a polluted Object.prototype', () => {
  it.each([ALL_CLAIMS, ...eachAlone(CLAIMS), ...eachAlone(GADGETS)])(
    'does not make introspection permit an inactive or incomplete token: %s',
    async (_name, members) => {
      await start({ ...polluting(members), issuer: ISSUER })

      const permits: unknown[] = []
      for (const body of [
        '{}',
        '{"active":false}',
        '{"__proto__":{"active":true}}',
        ...['aud', 'iss', 'active'].map((name) => harness.activeAnswer({ [name]: undefined })),
      ]) {
        harness.introspection.replyWith({ body })
        if ((await decide()).startsWith('permit')) permits.push(body)
      }

      expect(permits).toEqual([])
      expect(canary.requests).toEqual([])
    },
  )

  it.each([ALL_CLAIMS, ...eachAlone(GADGETS)])(
    'does not make the function permit an invalid JWT: %s',
    async (_name, members) => {
      await start({ ...polluting(members), ...jwtByKeysOf(keys), idcs_introspection_endpoint: '' })

      const permits: string[] = []
      for (const token of [
        createSigner().token(),
        `${issuer.token()}x`,
        issuer.token({ aud: undefined }),
        issuer.token({ iss: undefined }),
        issuer.token({ exp: undefined }),
        issuer.token({ exp: 1 }),
      ]) {
        if ((await decide(token)).startsWith('permit')) permits.push(token)
      }

      expect(permits).toEqual([])
      expect(canary.requests).toEqual([])
    },
  )
})
