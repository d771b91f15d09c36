/** Searches everything that the function prints, stores and keeps for markers in its input. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it, jest } from '@jest/globals'
import { PRIVATE_KEY } from './support/assertions.ts'
import { backend, documentWith, introspectingIssuer, jwtIssuer } from './support/configurations.ts'
import { startFunctionProcess } from './support/function-process.ts'
import {
  filesIn,
  MARKER_NAMES,
  MARKERS,
  markersIn,
  markersInMemory,
  type Marker,
} from './support/markers.ts'
import { startScriptedServer, type Reply } from './support/scripted-server.ts'
import { testFolder } from './support/test-harness.ts'
import { changed, SECRET_OCIDS, startHarness } from './support/harness.ts'
import { createSigner, ISSUER } from './support/tokens.ts'

jest.setTimeout(60_000)

const PRIVATE_KEY_OCID = 'ocid1.vaultsecret.oc1.phx.privatekey'
/** Lines of the key that differ from those of other keys. */
const PRIVATE_KEY_LINES = PRIVATE_KEY.split('\n').slice(3, 8)

const issuer = createSigner()
const EXCHANGE_ISSUER = 'https://jwt.example.com/'

const keys = await startScriptedServer(() => ({
  body: { keys: [issuer.jwk], note: MARKERS.errorBody },
}))
const harness = await startHarness()
harness.vault.addSecret(SECRET_OCIDS.introspection, MARKERS.introspectionSecret)
harness.vault.addSecret(SECRET_OCIDS.backEnd, MARKERS.backEndSecret)
harness.vault.addSecret(PRIVATE_KEY_OCID, PRIVATE_KEY)
setValidReplies()

const DOCUMENT = documentWith(
  harness,
  [
    introspectingIssuer(harness, { issuer: ISSUER, introspection_cache_seconds: 2 }),
    jwtIssuer(keys, { name: 'jwt', issuer: EXCHANGE_ISSUER }),
  ],
  {
    backends: [
      {
        name: 'exchange',
        when: { issuers: ['jwt'] },
        grant: 'token_exchange',
        token_endpoint: `${harness.tokenEndpoint.url}/exchange`,
        client: { client_id: 'exchanger', client_secret_ocid: PRIVATE_KEY_OCID },
        client_auth: 'private_key_jwt',
        min_token_seconds: 60,
      },
      backend(harness, { min_token_seconds: 60 }),
    ],
  },
)

/** Throws errors on a signal, as a defective library may do at any time. */
const DEFECTIVE_LIBRARY = `
process.on('SIGHUP', () => {
  void Promise.reject(new Error(process.env.ERROR_TEXT))
  void Promise.reject(process.env.ERROR_TEXT)
  setImmediate(() => { throw new Error(process.env.ERROR_TEXT) })
})`

const homeFolder = testFolder()
const library = join(homeFolder, 'defective-library.cjs')
writeFileSync(library, DEFECTIVE_LIBRARY)
const instance = await startFunctionProcess({
  ...harness.principal.environment,
  ...changed(harness.config, DOCUMENT),
  secret_ttl_seconds: '1',
  log_level: 'debug',
  HOME: homeFolder,
  TMPDIR: homeFolder,
  ERROR_TEXT: MARKERS.errorThrown,
  NODE_OPTIONS: `--require ${library} --heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${homeFolder}`,
})
afterAll(async () => {
  await instance.end()
  await harness.close()
  await keys.close()
})

function setValidReplies(): void {
  harness.introspection.replyWith(({ form }) => ({
    body: harness.activeAnswer({ token: form['token'], note: MARKERS.claim }),
  }))
  harness.tokenEndpoint.replyWith(({ target }) => ({
    body: {
      access_token: target === '/exchange' ? MARKERS.exchangedToken : MARKERS.backEndToken,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      // Slightly more than the minimum.
      expires_in: 64,
    },
  }))
}

const bodies: string[] = []

async function call(token: unknown, more: Record<string, unknown> = {}): Promise<void> {
  const { status, body } = await instance.callWith({ token, ...more })
  // Only the response of a permit may contain a backend token.
  if (status !== 200 || !body.includes('"active":true')) bodies.push(body)
}

function printed(): string {
  return [...instance.log.map(({ line }) => line), ...bodies].join('\n')
}

function opaque() {
  return `Bearer ${MARKERS.opaqueToken}.${randomBytes(6).toString('hex')}`
}
function jwt(claims: Record<string, unknown> = {}, header = {}) {
  return `Bearer ${issuer.token({ iss: EXCHANGE_ISSUER, note: MARKERS.claim, ...claims }, header)}`
}

const BAD_TOKENS = [
  `Basic ${MARKERS.badRequest}`,
  `Bearer ${MARKERS.badRequest} ${MARKERS.badRequest}`,
  `Bearer ${MARKERS.badRequest}\r\nX: y`,
  `Bearer ${MARKERS.badRequest}${'x'.repeat(17_000)}`,
  [`Bearer ${MARKERS.badRequest}`, `Bearer ${MARKERS.badRequest}`],
  { [MARKERS.badRequest]: MARKERS.badRequest },
  undefined,
]

const BAD_CLAIMS = [
  { aud: MARKERS.claim },
  { iss: MARKERS.claim },
  { exp: MARKERS.claim },
  { sub: { [MARKERS.claim]: MARKERS.claim } },
  { exp: 1 },
]

/** Replies of a dependency with a marker in each part. */
const ERRORS: readonly Reply[] = [
  { status: 500, body: MARKERS.errorBody },
  { status: 400, body: { error: MARKERS.errorBody, error_description: MARKERS.errorBody } },
  { status: 401, body: { error: 'invalid_client', error_description: MARKERS.errorBody } },
  { status: 302, headers: { location: `https://${MARKERS.errorBody}.example.com/` } },
  { body: `<html>${MARKERS.errorBody}</html>`, headers: { 'content-type': MARKERS.errorBody } },
  { body: `{"${MARKERS.errorBody}` },
  { body: { access_token: `${MARKERS.errorBody} `, token_type: MARKERS.errorBody, keys: [] } },
  { headers: { 'content-encoding': 'gzip' }, body: MARKERS.errorBody },
  { body: MARKERS.errorBody, delivery: 'cut' },
]

describe('a function with markers in all its input', () => {
  it('has made permits, denials, faults and crashes', async () => {
    await call(opaque())
    await call(jwt())
    await call(opaque(), { argument: MARKERS.argument })
    for (const token of BAD_TOKENS) await call(token)
    await instance.post(`{"type":"${MARKERS.badRequest}`)
    for (const claims of BAD_CLAIMS) await call(jwt(claims))
    await call(`${jwt()}x`)
    for (const members of [{ active: false }, { aud: MARKERS.claim }, { exp: MARKERS.claim }]) {
      harness.respondActive(members)
      await call(opaque())
    }
    setValidReplies()
    for (const dependency of [harness.introspection, harness.tokenEndpoint, keys]) {
      for (const error of ERRORS) {
        dependency.replyWith(error)
        await call(opaque())
        // A new user, for whom nothing is cached.
        await call(jwt({ sub: randomBytes(6).toString('hex') }))
        await call(jwt({ note: undefined }, { kid: MARKERS.claim }))
      }
      dependency.reset()
      setValidReplies()
    }
    harness.vault.failWith(500)
    await delay(1100)
    await call(opaque())
    harness.vault.failWith(undefined)

    for (let time = 0; time < 2; time += 1) {
      process.kill(instance.pid, 'SIGHUP')
      await delay(100)
    }
    await call(opaque())

    // The following searches cover every kind of decision.
    const verdicts = instance.verdicts()
    const outcomes = new Set(verdicts.map((verdict) => verdict.split(' ')[0]))
    expect(outcomes).toEqual(new Set(['permit', 'deny', 'fault']))
    expect(new Set(verdicts).size).toBeGreaterThanOrEqual(21)
  })

  it.each(MARKER_NAMES)('has no %s in its log and responses', (name) => {
    expect(markersIn(printed())).not.toContain(name)
  })

  it('has no private key in its log and responses', () => {
    expect(PRIVATE_KEY_LINES.filter((line) => printed().includes(line))).toEqual([])
  })

  it('logs a JSON object in each line, and uncaught errors without their messages', () => {
    const lines = instance.log.map(({ line }) => JSON.parse(line) as Record<string, unknown>)
    const events = ['unhandled_rejection', 'uncaught_exception', 'decision']
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(events))
  })

  it('has no markers in its command line and files', () => {
    const files = filesIn(instance.folder, homeFolder).filter((path) => path !== library)
    const contents = files.map((path) => readFileSync(path, 'latin1'))
    const commandLine = readFileSync(`/proc/${instance.pid}/cmdline`, 'latin1')
    expect(markersIn(commandLine, ...contents)).toEqual([])
  })

  it('has only values in use in its memory, and no token of a caller', async () => {
    // Introspection responses expire after two seconds; expired values are removed every ten seconds.
    await callForSeconds(12)
    const markers = await markersInMemory(instance.pid, homeFolder)
    // Each secret may be removed: it expires after one second.
    const inUse: readonly Marker[] = ['introspectionSecret', 'backEndSecret', 'backEndToken']
    expect(markers).toContain('backEndToken')
    expect(markers.filter((marker) => !inUse.includes(marker))).toEqual([])
  })

  it('has no markers in its memory after everything has expired', async () => {
    harness.vault.rotate(SECRET_OCIDS.introspection, 'another-secret')
    harness.vault.rotate(SECRET_OCIDS.backEnd, 'another-secret')
    harness.tokenEndpoint.replyWith(() => ({ body: harness.tokenAnswer({ expires_in: 600 }) }))
    // The backend token now expires in less than a minute: the function requests another one.
    await callForSeconds(16)
    expect(await markersInMemory(instance.pid, homeFolder)).toEqual([])
  })
})

/** Makes calls of another user, which replace references to the previous one. */
async function callForSeconds(seconds: number): Promise<void> {
  harness.respondActive({})
  for (let count = 0; count < seconds; count += 1) {
    await delay(1000)
    await call('Bearer without-marker')
  }
}
