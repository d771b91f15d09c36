import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { guisesOf } from './support/audit.ts'
import { startByHand, type ByHand } from './support/by-hand.ts'
import { startScriptedServer, type ScriptedServer, type Reply } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { AUDIENCE, BACK_END_SCOPE, ISSUER, startWorld, type World } from './support/world.ts'

jest.setTimeout(60_000)

/** Each is the name of where it is put, and what nobody else can have made. */
const MARKS = {
  opaqueToken: newMark(),
  claim: newMark(),
  argument: newMark(),
  introspectionSecret: newMark(),
  backEndSecret: newMark(),
  backEndToken: newMark(),
  exchangedToken: newMark(),
  errorBody: newMark(),
  errorThrown: newMark(),
  badRequest: newMark(),
}
type Mark = keyof typeof MARKS

function newMark(): string {
  return `mark-${randomBytes(15).toString('hex')}`
}

const SECRETS = {
  introspection: 'ocid1.vaultsecret.oc1.phx.introspection',
  backEnd: 'ocid1.vaultsecret.oc1.phx.backend',
  privateKey: 'ocid1.vaultsecret.oc1.phx.privatekey',
} as const

const privateKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
/** Lines of the key that have nothing in common with other keys. */
const PRIVATE_KEY_LINES = privateKeyPem.split('\n').slice(3, 8)

const issuer = createSigner()
const EXCHANGE_ISSUER = 'https://jwt.example.com/'

let world: World
let keys: ScriptedServer
let instance: ByHand
let homeFolder: string

/** Throws on command, as a flaw in a library would. */
const FLAWED_LIBRARY = `
process.on('SIGHUP', () => {
  void Promise.reject(new Error(process.env.ERROR_TEXT))
  void Promise.reject(process.env.ERROR_TEXT)
  setImmediate(() => { throw new Error(process.env.ERROR_TEXT) })
})`

function configuration() {
  return {
    authorizer_config: JSON.stringify({
      issuers: [
        {
          name: 'opaque',
          issuer: ISSUER,
          audience: [AUDIENCE],
          validation: 'introspection',
          introspection_endpoint: `${world.introspection.url}/oauth2/v1/introspect`,
          client: { client_id: 'introspector', client_secret_ocid: SECRETS.introspection },
          introspection_cache_seconds: 2,
        },
        {
          name: 'jwt',
          issuer: EXCHANGE_ISSUER,
          audience: [AUDIENCE],
          validation: 'jwt',
          jwks_uri: `${keys.url}/jwks`,
        },
      ],
      backends: [
        {
          name: 'exchange',
          when: { issuers: ['jwt'] },
          grant: 'token_exchange',
          token_endpoint: `${world.tokenEndpoint.url}/exchange`,
          client: { client_id: 'exchanger', client_secret_ocid: SECRETS.privateKey },
          client_auth: 'private_key_jwt',
          min_token_seconds: 60,
        },
        {
          name: 'oic',
          token_endpoint: `${world.tokenEndpoint.url}/token`,
          client: { client_id: 'invoker', client_secret_ocid: SECRETS.backEnd },
          scope: BACK_END_SCOPE,
          min_token_seconds: 60,
        },
      ],
    }),
    vault_secrets_endpoint: world.vault.url,
    secret_ttl_seconds: '1',
    log_level: 'debug',
  }
}

/** The least that is handed out, and a little. */
const BACK_END_SECONDS = 64

function wellAnswered(): void {
  world.introspection.replyWith(({ form }) => ({
    body: world.activeAnswer({ token: form['token'], note: MARKS.claim }),
  }))
  world.tokenEndpoint.replyWith(({ target }) => ({
    body: {
      access_token: target === '/exchange' ? MARKS.exchangedToken : MARKS.backEndToken,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: BACK_END_SECONDS,
    },
  }))
}

beforeAll(async () => {
  keys = await startScriptedServer(() => ({ body: { keys: [issuer.jwk], note: MARKS.errorBody } }))
  world = await startWorld()
  world.vault.addSecret(SECRETS.introspection, MARKS.introspectionSecret)
  world.vault.addSecret(SECRETS.backEnd, MARKS.backEndSecret)
  world.vault.addSecret(SECRETS.privateKey, privateKeyPem)
  wellAnswered()

  homeFolder = mkdtempSync(join(tmpdir(), 'home-'))
  const library = join(homeFolder, 'flawed-library.cjs')
  writeFileSync(library, FLAWED_LIBRARY)
  instance = await startByHand({
    ...world.principal.environment,
    ...configuration(),
    HOME: homeFolder,
    TMPDIR: homeFolder,
    ERROR_TEXT: MARKS.errorThrown,
    NODE_OPTIONS: `--require ${library} --heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${homeFolder}`,
  })
})
afterAll(async () => {
  await instance.end()
  await world.close()
  await keys.close()
  rmSync(homeFolder, { recursive: true })
})

const bodies: string[] = []

async function call(token: unknown, more: Record<string, unknown> = {}): Promise<string> {
  const data = { token, ...more }
  const { status, body } = await instance.post(JSON.stringify({ type: 'USER_DEFINED', data }))
  // A permit's answer is the one rightful place of a token for the backend.
  if (status !== 200 || !body.includes('"active":true')) bodies.push(body)
  const { outcome, reason } = instance.decisions().at(-1) ?? {}
  return `${String(outcome)} ${String(reason)}`
}

function opaque() {
  return `Bearer ${MARKS.opaqueToken}.${randomBytes(6).toString('hex')}`
}
function jwt(claims: Record<string, unknown> = {}) {
  return `Bearer ${issuer.token({ iss: EXCHANGE_ISSUER, note: MARKS.claim, ...claims })}`
}

/** What a dependency may say with a mark in all that it says. */
const ERRORS: readonly Reply[] = [
  { status: 500, body: MARKS.errorBody },
  { status: 400, body: { error: MARKS.errorBody, error_description: MARKS.errorBody } },
  { status: 401, body: { error: 'invalid_client', error_description: MARKS.errorBody } },
  { status: 302, headers: { location: `https://${MARKS.errorBody}.example.com/` } },
  { body: `<html>${MARKS.errorBody}</html>`, headers: { 'content-type': MARKS.errorBody } },
  { body: `{"${MARKS.errorBody}` },
  { body: { access_token: `${MARKS.errorBody} `, token_type: MARKS.errorBody, keys: [] } },
  { headers: { 'content-encoding': 'gzip' }, body: MARKS.errorBody },
  { body: MARKS.errorBody, delivery: 'cut' },
]

describe('with marks in all input', () => {
  it('covers permits, denials, faults and crashes', async () => {
    const seen = new Set<string>()
    const note = async (verdict: Promise<string>): Promise<void> => void seen.add(await verdict)

    await note(call(opaque()))
    await note(call(jwt()))
    await note(call(opaque(), { argument: MARKS.argument }))
    for (const bad of [
      `Basic ${MARKS.badRequest}`,
      `Bearer ${MARKS.badRequest} ${MARKS.badRequest}`,
      `Bearer ${MARKS.badRequest}\r\nX: y`,
      `Bearer ${MARKS.badRequest}${'x'.repeat(17_000)}`,
      [`Bearer ${MARKS.badRequest}`, `Bearer ${MARKS.badRequest}`],
      { [MARKS.badRequest]: MARKS.badRequest },
      undefined,
    ]) {
      await note(call(bad))
    }
    await instance.post(`{"type":"${MARKS.badRequest}`)
    for (const claims of [
      { aud: MARKS.claim },
      { iss: MARKS.claim },
      { exp: MARKS.claim },
      { sub: { [MARKS.claim]: MARKS.claim } },
      { exp: 1 },
    ]) {
      await note(call(jwt(claims)))
    }
    await note(call(`${jwt()}x`))
    for (const members of [{ active: false }, { aud: MARKS.claim }, { exp: MARKS.claim }]) {
      world.introspection.replyWith({ body: world.activeAnswer(members) })
      await note(call(opaque()))
    }
    wellAnswered()
    for (const dependency of [world.introspection, world.tokenEndpoint, keys]) {
      for (const error of ERRORS) {
        dependency.replyWith(error)
        await note(call(opaque()))
        // Each time for another person, so that nothing is at hand.
        await note(call(jwt({ sub: randomBytes(6).toString('hex') })))
        await note(call(`Bearer ${issuer.token({ iss: EXCHANGE_ISSUER }, { kid: MARKS.claim })}`))
      }
      dependency.reset()
      wellAnswered()
    }
    world.vault.failWith(500)
    await delay(1100)
    await note(call(opaque()))
    world.vault.failWith(undefined)

    for (let time = 0; time < 2; time += 1) {
      process.kill(instance.pid, 'SIGHUP')
      await delay(100)
    }
    await note(call(opaque()))

    // Each kind came about, so that the search below is one through all of them.
    expect([...seen].map((verdict) => verdict.split(' ')[0])).toEqual(
      expect.arrayContaining(['permit', 'deny', 'fault']),
    )
    expect(seen.size).toBeGreaterThanOrEqual(20)
  })

  it.each(Object.keys(MARKS) as Mark[])('has no %s in log and answers', (name) => {
    const printed = [...instance.log.map(({ line }) => line), ...bodies].join('\n')
    expect(guisesOf(MARKS[name]).filter((guise) => printed.includes(guise))).toEqual([])
  })

  it('has no private key in log and answers', () => {
    const printed = [...instance.log.map(({ line }) => line), ...bodies].join('\n')
    expect(PRIVATE_KEY_LINES.filter((line) => printed.includes(line))).toEqual([])
  })

  it('has one JSON object in each log line, and stray errors without their messages', () => {
    const lines = instance.log.map(({ line }) => JSON.parse(line) as Record<string, unknown>)
    const events = lines.map(({ event }) => event)
    expect(events).toEqual(
      expect.arrayContaining(['unhandled_rejection', 'uncaught_exception', 'decision']),
    )
  })

  it('has no marks in arguments and files', () => {
    const files = filesIn(instance.folder, homeFolder).filter(
      (path) => !path.endsWith('flawed-library.cjs'),
    )
    const contents = files.map((path) => readFileSync(path, 'latin1'))
    const commandLine = readFileSync(`/proc/${instance.pid}/cmdline`, 'latin1')
    const found = Object.values(MARKS).filter((mark) =>
      [commandLine, ...contents].some((text) => guisesOf(mark).some((each) => text.includes(each))),
    )
    expect(found).toEqual([])
  })

  it('has only values in use in memory, and no token of a caller', async () => {
    // Answers about callers expire in two seconds, and what has expired is swept away every ten.
    await callForSeconds(12)

    const marks = await marksInMemory()
    // A secret's time to live is one second, so a sweep may have removed either one by now.
    const inUse: readonly Mark[] = ['introspectionSecret', 'backEndSecret', 'backEndToken']
    expect(marks).toContain('backEndToken')
    expect(marks.filter((mark) => !inUse.includes(mark))).toEqual([])
  })

  it('has no marks in memory once everything has expired', async () => {
    world.vault.rotate(SECRETS.introspection, 'another-secret')
    world.vault.rotate(SECRETS.backEnd, 'another-secret')
    world.tokenEndpoint.replyWith(() => ({ body: world.tokenAnswer({ expires_in: 600 }) }))
    // Less than a minute is left of the token for the backend by now: another one is fetched.
    await callForSeconds(16)

    expect(await marksInMemory()).toEqual([])
  })
})

/** Calls of somebody else, who takes the place of the last one wherever that is remembered. */
async function callForSeconds(seconds: number): Promise<void> {
  world.introspection.replyWith({ body: world.activeAnswer() })
  for (let count = 0; count < seconds; count += 1) {
    await delay(1000)
    await call('Bearer of-no-interest')
  }
}

/** Which marks a heap snapshot has, which is taken after a full garbage collection. */
async function marksInMemory(): Promise<Mark[]> {
  process.kill(instance.pid, 'SIGUSR2')
  const path = await snapshotIn(homeFolder)
  const snapshot = readFileSync(path, 'utf8')
  rmSync(path)
  return (Object.keys(MARKS) as Mark[]).filter(
    // It lies in the process's environment, where the test put it.
    (name) =>
      name !== 'errorThrown' && guisesOf(MARKS[name]).some((guise) => snapshot.includes(guise)),
  )
}

async function snapshotIn(folder: string): Promise<string> {
  let size = -1
  for (;;) {
    await delay(300)
    const name = readdirSync(folder).find((each) => each.endsWith('.heapsnapshot'))
    if (name === undefined) continue
    const path = join(folder, name)
    const now = statSync(path).size
    if (now > 0 && now === size) return path
    size = now
  }
}

function filesIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
}
