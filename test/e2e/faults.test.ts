/**
 * Owns the proof that whatever the identity provider or the token endpoint does, it is a fault that
 * tells nothing, never a denial, and over with the next good answer.
 * I/O: starts the function and its neighbours.
 */
import { gzipSync } from 'node:zlib'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals'
import type { Reply } from './support/neighbours.ts'
import { startWorld, type World } from './support/world.ts'

// Processes start slowly on a busy machine.
jest.setTimeout(30_000)

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

type Endpoint = 'introspection' | 'tokenEndpoint'

const TWO_MEBIBYTES = 2 * 1024 * 1024

/** What no endpoint may answer, made from what it ought to answer. */
const BAD_ANSWERS: readonly (readonly [string, (good: Record<string, unknown>) => Reply])[] = [
  ['closes the connection', () => ({ delivery: 'dropped' })],
  ['closes the connection in the middle', (good) => ({ body: good, delivery: 'cut' })],
  ['answers 201', (body) => ({ status: 201, body })],
  ['answers 204', () => ({ status: 204 })],
  ['answers 404', (body) => ({ status: 404, body })],
  ['answers 429', (body) => ({ status: 429, body })],
  ['answers 500', (body) => ({ status: 500, body })],
  ['answers 503 with HTML', () => ({ status: 503, ...html })],
  ['answers HTML', () => html],
  ['answers HTML that calls itself JSON', () => ({ body: html.body })],
  ['answers JSON that calls itself HTML', (body) => ({ body, headers: html.headers })],
  ['answers JSON that calls itself text', (body) => ({ body, headers: type('text/plain') })],
  ['answers a JWT', () => ({ body: 'a.b.c', headers: type('application/jwt') })],
  ['answers nothing', () => ({ body: '' })],
  ['answers half of its JSON', (good) => ({ body: JSON.stringify(good).slice(0, -1) })],
  ['answers an array', (good) => ({ body: [good] })],
  ['answers null', () => ({ body: 'null' })],
  ['answers a text', () => ({ body: '"active"' })],
  ['answers invalid UTF-8', (good) => ({ body: withInvalidUtf8(good) })],
  ['answers two MiB', (good) => ({ body: { ...good, filler: 'x'.repeat(TWO_MEBIBYTES) } })],
  ['answers two MiB, made small', (good) => zipped({ ...good, filler: 'x'.repeat(TWO_MEBIBYTES) })],
  ['answers gzip that is none', (body) => ({ body, headers: { 'content-encoding': 'gzip' } })],
]

const type = (mediaType: string | undefined) => ({ 'content-type': mediaType })
const html = { body: '<html><form>Sign in</form></html>', headers: type('text/html') }
const withInvalidUtf8 = (good: Record<string, unknown>): Buffer =>
  Buffer.from(JSON.stringify({ ...good, name: '\xff' }), 'latin1')
const zipped = (body: unknown): Reply => ({
  body: gzipSync(JSON.stringify(body)),
  headers: { 'content-encoding': 'gzip' },
})

const goodAnswer = (endpoint: Endpoint): Record<string, unknown> =>
  endpoint === 'introspection' ? world.activeAnswer() : world.tokenAnswer()

describe.each([
  ['introspection', /^fault introspection_(unavailable|unusable)$/],
  ['tokenEndpoint', /^fault (token_endpoint_unavailable|credential_unusable)$/],
] as const)('#37, #39: the %s', (name, reason) => {
  // Cold each time: after some failures in a row, the token endpoint is left alone for a while.
  beforeEach(() => world.start())

  it.each(BAD_ANSWERS)('%s: a fault', async (_case, toReply) => {
    world[name].replyWith(toReply(goodAnswer(name)))
    expect((await world.decide()).verdict).toMatch(reason)
    expect(world[name].requests).not.toHaveLength(0)
  })

  it('refuses connections: a fault', async () => {
    await world[name].pause()
    const { verdict } = await world.decide()
    await world[name].resume()
    expect(verdict).toMatch(reason)
  })

  it('answers well again: the very next call is permitted, by the same process', async () => {
    world[name].replyWith({ status: 503 })
    expect((await world.decide()).verdict).toMatch(reason)
    const instancesBefore = world.function.instances.length
    world[name].reset()
    expect((await world.decide()).verdict).toBe('permit permitted')
    expect(world.function.instances).toHaveLength(instancesBefore)
  })

  it('does not speak TLS: a fault', async () => {
    const key = name === 'introspection' ? 'idcs_introspection_endpoint' : 'back_end_token_endpoint'
    await world.start({ [key]: world[name].url.replace('http:', 'https:') })
    expect((await world.decide()).verdict).toMatch(reason)
  })

  it.each([
    ['JSON with no media type', (body: unknown) => ({ body, headers: type(undefined) })],
    [
      'JSON with a parameter of the media type',
      (body: unknown) => ({ body, headers: type('application/json;charset=UTF-8') }),
    ],
    [
      'JSON with the media type in capitals',
      (body: unknown) => ({ body, headers: type('Application/JSON') }),
    ],
    ['gzip', zipped],
  ] as const)('may answer %s', async (_case, toReply) => {
    await world.start()
    world[name].replyWith(toReply(goodAnswer(name)))
    expect((await world.decide()).verdict).toBe('permit permitted')
  })
})

describe('#45 to #47: a token answer without a usable token', () => {
  beforeEach(() => world.start())

  it.each([
    ['no token', { access_token: undefined }],
    ['an empty token', { access_token: '' }],
    ['a number for a token', { access_token: 42 }],
    ['a line break in the token', { access_token: 'back-end\r\nX-Injected: 1' }],
    ['a line break behind the token', { access_token: 'back-end\n' }],
    ['a blank in the token', { access_token: 'back end' }],
    ['a letter beyond ASCII in the token', { access_token: 'back-end-é' }],
    ['no token type', { token_type: undefined }],
    ['another token type', { token_type: 'DPoP' }],
    ['the token type of RFC 8693 for none', { token_type: 'N_A' }],
    ['a lifetime of nothing', { expires_in: 0 }],
    ['a lifetime in the past', { expires_in: -3600 }],
    ['a lifetime in words', { expires_in: 'long' }],
    ['a lifetime of true', { expires_in: true }],
    ['a lifetime in an object', { expires_in: { seconds: 3600 } }],
  ])('is a fault: %s', async (_case, members) => {
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer(members) })
    const { verdict, line } = await world.decide()
    expect(verdict).toBe('fault credential_unusable')
    expect(line['detail']).toMatch(/^[a-z_]+$/)
  })

  it.each(['invalid_scope', 'unauthorized_client', 'invalid_request'])(
    'is a fault with the error code in its log line: %s',
    async (error) => {
      const body = { error, error_description: world.keepSecret('an explanation of the server') }
      world.tokenEndpoint.replyWith({ status: 400, body })
      const { verdict, line } = await world.decide()
      expect([verdict, line['detail']]).toEqual(['fault credential_refused', error])
      expect(world.tokenEndpoint.requests).toHaveLength(1)
    },
  )
})
