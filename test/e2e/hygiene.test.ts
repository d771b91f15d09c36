import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it, jest } from '@jest/globals'
import { PRIVATE_KEY } from './support/assertions.ts'
import { startByHand } from './support/by-hand.ts'
import { backend, documentWith, introspectingIssuer, jwtIssuer } from './support/configurations.ts'
import { filesIn, MARK_NAMES, MARKS, marksIn, marksInMemory, type Mark } from './support/marks.ts'
import { startScriptedServer, type Reply } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { testFolder } from './support/test-world.ts'
import { changed, ISSUER, SECRET_OCIDS, startWorld } from './support/world.ts'

jest.setTimeout(60_000)

const PRIVATE_KEY_OCID = 'ocid1.vaultsecret.oc1.phx.privatekey'
/** Lines of the key that have nothing in common with other keys. */
const PRIVATE_KEY_LINES = PRIVATE_KEY.split('\n').slice(3, 8)

const issuer = createSigner()
const EXCHANGE_ISSUER = 'https://jwt.example.com/'

const keys = await startScriptedServer(() => ({
  body: { keys: [issuer.jwk], note: MARKS.errorBody },
}))
const world = await startWorld()
world.vault.addSecret(SECRET_OCIDS.introspection, MARKS.introspectionSecret)
world.vault.addSecret(SECRET_OCIDS.backEnd, MARKS.backEndSecret)
world.vault.addSecret(PRIVATE_KEY_OCID, PRIVATE_KEY)
wellAnswered()

const DOCUMENT = documentWith(
  world,
  [
    introspectingIssuer(world, { issuer: ISSUER, introspection_cache_seconds: 2 }),
    jwtIssuer(keys, { name: 'jwt', issuer: EXCHANGE_ISSUER }),
  ],
  {
    backends: [
      {
        name: 'exchange',
        when: { issuers: ['jwt'] },
        grant: 'token_exchange',
        token_endpoint: `${world.tokenEndpoint.url}/exchange`,
        client: { client_id: 'exchanger', client_secret_ocid: PRIVATE_KEY_OCID },
        client_auth: 'private_key_jwt',
        min_token_seconds: 60,
      },
      backend(world, { min_token_seconds: 60 }),
    ],
  },
)

/** Throws on command, as a flaw in a library would. */
const FLAWED_LIBRARY = `
process.on('SIGHUP', () => {
  void Promise.reject(new Error(process.env.ERROR_TEXT))
  void Promise.reject(process.env.ERROR_TEXT)
  setImmediate(() => { throw new Error(process.env.ERROR_TEXT) })
})`

const homeFolder = testFolder()
const library = join(homeFolder, 'flawed-library.cjs')
writeFileSync(library, FLAWED_LIBRARY)
const instance = await startByHand({
  ...world.principal.environment,
  ...changed(world.config, DOCUMENT),
  secret_ttl_seconds: '1',
  log_level: 'debug',
  HOME: homeFolder,
  TMPDIR: homeFolder,
  ERROR_TEXT: MARKS.errorThrown,
  NODE_OPTIONS: `--require ${library} --heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${homeFolder}`,
})
afterAll(async () => {
  await instance.end()
  await world.close()
  await keys.close()
})

function wellAnswered(): void {
  world.introspection.replyWith(({ form }) => ({
    body: world.activeAnswer({ token: form['token'], note: MARKS.claim }),
  }))
  world.tokenEndpoint.replyWith(({ target }) => ({
    body: {
      access_token: target === '/exchange' ? MARKS.exchangedToken : MARKS.backEndToken,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      // The least that is handed out, and a little.
      expires_in: 64,
    },
  }))
}

const bodies: string[] = []

async function call(token: unknown, more: Record<string, unknown> = {}): Promise<void> {
  const { status, body } = await instance.callWith({ token, ...more })
  // A permit's answer is the one rightful place of a token for the backend.
  if (status !== 200 || !body.includes('"active":true')) bodies.push(body)
}

function printed(): string {
  return [...instance.log.map(({ line }) => line), ...bodies].join('\n')
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
    await call(opaque())
    await call(jwt())
    await call(opaque(), { argument: MARKS.argument })
    for (const bad of [
      `Basic ${MARKS.badRequest}`,
      `Bearer ${MARKS.badRequest} ${MARKS.badRequest}`,
      `Bearer ${MARKS.badRequest}\r\nX: y`,
      `Bearer ${MARKS.badRequest}${'x'.repeat(17_000)}`,
      [`Bearer ${MARKS.badRequest}`, `Bearer ${MARKS.badRequest}`],
      { [MARKS.badRequest]: MARKS.badRequest },
      undefined,
    ]) {
      await call(bad)
    }
    await instance.post(`{"type":"${MARKS.badRequest}`)
    for (const claims of [
      { aud: MARKS.claim },
      { iss: MARKS.claim },
      { exp: MARKS.claim },
      { sub: { [MARKS.claim]: MARKS.claim } },
      { exp: 1 },
    ]) {
      await call(jwt(claims))
    }
    await call(`${jwt()}x`)
    for (const members of [{ active: false }, { aud: MARKS.claim }, { exp: MARKS.claim }]) {
      world.introspection.replyWith({ body: world.activeAnswer(members) })
      await call(opaque())
    }
    wellAnswered()
    for (const dependency of [world.introspection, world.tokenEndpoint, keys]) {
      for (const error of ERRORS) {
        dependency.replyWith(error)
        await call(opaque())
        // Each time for another person, so that nothing is at hand.
        await call(jwt({ sub: randomBytes(6).toString('hex') }))
        await call(`Bearer ${issuer.token({ iss: EXCHANGE_ISSUER }, { kid: MARKS.claim })}`)
      }
      dependency.reset()
      wellAnswered()
    }
    world.vault.failWith(500)
    await delay(1100)
    await call(opaque())
    world.vault.failWith(undefined)

    for (let time = 0; time < 2; time += 1) {
      process.kill(instance.pid, 'SIGHUP')
      await delay(100)
    }
    await call(opaque())

    // Each kind came about, so that the search below is one through all of them.
    const verdicts = instance.verdicts()
    const outcomes = new Set(verdicts.map((verdict) => verdict.split(' ')[0]))
    expect(outcomes).toEqual(new Set(['permit', 'deny', 'fault']))
    expect(new Set(verdicts).size).toBeGreaterThanOrEqual(21)
  })

  it.each(MARK_NAMES)('has no %s in log and answers', (name) => {
    expect(marksIn(printed())).not.toContain(name)
  })

  it('has no private key in log and answers', () => {
    expect(PRIVATE_KEY_LINES.filter((line) => printed().includes(line))).toEqual([])
  })

  it('has one JSON object in each log line, and stray errors without their messages', () => {
    const lines = instance.log.map(({ line }) => JSON.parse(line) as Record<string, unknown>)
    const events = ['unhandled_rejection', 'uncaught_exception', 'decision']
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(events))
  })

  it('has no marks in arguments and files', () => {
    const files = filesIn(instance.folder, homeFolder).filter(
      (path) => !path.endsWith('flawed-library.cjs'),
    )
    const contents = files.map((path) => readFileSync(path, 'latin1'))
    const commandLine = readFileSync(`/proc/${instance.pid}/cmdline`, 'latin1')
    expect(marksIn(commandLine, ...contents)).toEqual([])
  })

  it('has only values in use in memory, and no token of a caller', async () => {
    // Answers about callers expire in two seconds, and what has expired is swept away every ten.
    await callForSeconds(12)

    const marks = await marksInMemory(instance.pid, homeFolder)
    // A secret's time to live is one second, so a sweep may have removed either one by now.
    const inUse: readonly Mark[] = ['introspectionSecret', 'backEndSecret', 'backEndToken']
    expect(marks).toContain('backEndToken')
    expect(marks.filter((mark) => !inUse.includes(mark))).toEqual([])
  })

  it('has no marks in memory once everything has expired', async () => {
    world.vault.rotate(SECRET_OCIDS.introspection, 'another-secret')
    world.vault.rotate(SECRET_OCIDS.backEnd, 'another-secret')
    world.tokenEndpoint.replyWith(() => ({ body: world.tokenAnswer({ expires_in: 600 }) }))
    // Less than a minute is left of the token for the backend by now: another one is fetched.
    await callForSeconds(16)

    expect(await marksInMemory(instance.pid, homeFolder)).toEqual([])
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
