/** Each decision is one line of the log, with the members that operators rely on. */
import { createHash } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startByHand, type ByHand } from './support/by-hand.ts'
import { jwtToken, opaqueToken } from './support/callers-tokens.ts'
import { signingInput } from './support/signing.ts'
import { startTestWorld } from './support/test-world.ts'
import { AUDIENCE } from './support/world.ts'

const world = await startTestWorld()

/** The members of every decision, as they are before anything is known. */
const DECISION = {
  time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  event: 'decision',
  duration_ms: expect.any(Number),
  level: 'info',
  issuer: null,
  client_id: null,
  token_fingerprint: null,
  backend: null,
  caller_cache: 'off',
  back_end_cache: 'off',
  call_id: expect.any(String),
}
const OF_CALLER = {
  ...DECISION,
  issuer: 'default',
  client_id: 'partner-a',
  token_fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
}

describe('#54: the line of a decision', () => {
  it('has a permit', async () => {
    await world.start({ introspection_cache_seconds: '60' })
    const token = opaqueToken()
    const first = await world.decide(token, { callId: '01CALL1' })
    const second = await world.decide(token, { callId: '01CALL2' })
    const expected = {
      ...OF_CALLER,
      outcome: 'permit',
      reason: 'permitted',
      backend: 'default',
      caller_cache: 'miss',
      back_end_cache: 'miss',
      call_id: '01CALL1',
    }
    expect(first.line).toEqual(expected)
    expect(second.line).toEqual({
      ...expected,
      caller_cache: 'hit',
      back_end_cache: 'hit',
      call_id: '01CALL2',
    })
  })

  it('has a denial of a token', async () => {
    world.introspection.replyWith({ body: world.activeAnswer({ aud: 'other' }) })
    expect((await world.decide()).line).toEqual({
      ...OF_CALLER,
      outcome: 'deny',
      reason: 'audience_mismatch',
      expected: [AUDIENCE],
    })
  })

  it('has a denial without a token', async () => {
    expect((await world.call('{"type":"TOKEN"}')).line).toEqual({
      ...DECISION,
      outcome: 'deny',
      reason: 'token_missing',
    })
  })

  it('has a fault with its detail', async () => {
    await world.start()
    world.tokenEndpoint.replyWith({ status: 500 })
    expect((await world.decide()).line).toEqual({
      ...OF_CALLER,
      level: 'error',
      outcome: 'fault',
      reason: 'token_endpoint_unavailable',
      detail: 'status_500',
      backend: 'default',
      back_end_cache: 'miss',
    })
  })
})

describe('the fingerprint', () => {
  const fingerprintOf = async (token: string) =>
    (await world.decide(token)).line['token_fingerprint']

  it('distinguishes tokens in one process, and cannot be computed without its key', async () => {
    const token = opaqueToken()
    const first = await fingerprintOf(token)
    expect(await fingerprintOf(token)).toBe(first)
    expect(await fingerprintOf(opaqueToken())).not.toBe(first)
    expect(createHash('sha256').update(token).digest('hex').slice(0, 16)).not.toBe(first)
    await world.start()
    expect(await fingerprintOf(token)).not.toBe(first)
  })
})

describe('text from callers and providers', () => {
  it.each([
    ['line breaks', 'a\n{"event":"decision"}\r\nb'],
    ['half of a surrogate pair', 'a\ud800'],
    ['line separators', 'a\u2028b\u2029c'],
    ['a terminal’s orders', '\u001b[31mred'],
  ])('stays on one line with %s', async (_case, clientId) => {
    world.introspection.replyWith({ body: world.activeAnswer({ client_id: clientId }) })
    const before = world.function.log.length
    const { line } = await world.decide()
    expect(line['client_id']).toBe(clientId)
    expect(world.function.log.slice(before)).toHaveLength(1)
  })

  it('is truncated if it is long', async () => {
    world.introspection.replyWith({ body: world.activeAnswer({ client_id: 'x'.repeat(100_000) }) })
    const { line } = await world.decide()
    expect(String(line['client_id']).length).toBeLessThan(1024)
  })

  it('is not logged as an error code', async () => {
    const error = world.keepSecret('Invalid token eyJ0b2tlbiI')
    world.introspection.replyWith({ status: 400, body: { error } })
    expect((await world.decide()).line['detail']).toBe('status_400')
  })
})

describe('the identifier of the caller’s request', () => {
  const lineOf = async (data: object) => (await world.callWith(data)).line

  it.each(['25441DFD01D8/FDFDC67E62A03F7DA345', '/FDFDC67E62A0', 'csid1.a:b-c_d/E/F'])(
    'is in the line of every outcome: %s',
    async (id) => {
      const token = `Bearer ${opaqueToken()}`
      expect(await lineOf({ opc_request_id: id })).toMatchObject({ request_id: id })
      expect(await lineOf({ token, opc_request_id: [id] })).toMatchObject({ request_id: id })
      world.introspection.replyWith({ status: 500 })
      expect(await lineOf({ token, opc_request_id: id })).toMatchObject({ request_id: id })
    },
  )

  it.each([
    ['a line break', 'a\nb'],
    ['a token', jwtToken({})],
    ['more than 128 characters', 'a'.repeat(129)],
    ['another type', 7],
  ])('is left out if it has %s', async (_case, id) => {
    expect(await lineOf({ opc_request_id: id })).not.toHaveProperty('request_id')
  })
})

describe('the identifier in a header of the function’s own request', () => {
  let instance: ByHand
  beforeAll(async () => {
    instance = await startByHand(world.environment)
  })
  afterAll(() => instance.end())

  const lineOf = async (headers: OutgoingHttpHeaders, data: object = {}) => {
    await instance.callWith(data, headers)
    return instance.decisions().at(-1)
  }
  const [prefixed, plain] = ['Fn-Http-H-Opc-Request-Id', 'Opc-Request-Id']

  it.each([prefixed, plain])('is logged from %s', async (header) => {
    expect(await lineOf({ [header]: 'from-header' })).toMatchObject({ request_id: 'from-header' })
  })

  it.each([
    [
      'is that of the gateway’s request if there are both',
      { [plain]: 'inner', [prefixed]: 'outer' },
      {},
      'outer',
    ],
    [
      'is overridden by the argument',
      { [plain]: 'from-header' },
      { opc_request_id: 'from-argument' },
      'from-argument',
    ],
    [
      'replaces an argument that cannot be logged',
      { [plain]: 'from-header' },
      { opc_request_id: jwtToken({}) },
      'from-header',
    ],
  ])('%s', async (_case, headers, data, request_id) => {
    expect(await lineOf(headers, data)).toMatchObject({ request_id })
  })

  it('is left out if it is a token', async () => {
    expect(await lineOf({ [plain]: jwtToken({}) })).not.toHaveProperty('request_id')
  })
})

describe('the expected and actual values of a check', () => {
  beforeAll(() => world.configure({ log_level: 'debug' }))

  it('is in the line of a denial at `debug`, shortened, escaped and without tokens', async () => {
    const aud = ['other\u202e', jwtToken({}), 'x'.repeat(1_000)]
    world.introspection.replyWith({ body: world.activeAnswer({ aud }) })
    const { line } = await world.decide()
    expect(line).toMatchObject({ reason: 'audience_mismatch', expected: [AUDIENCE] })
    expect(line['actual']).toBe(
      JSON.stringify(['other\\u{202e}', '[JWT]', `${'x'.repeat(20)}…${'x'.repeat(10)}`]),
    )
  })

  it('is cut where the caller nests it too deep for `JSON.stringify`', async () => {
    const depth = 5_500
    const payload = `{"exp":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const token = `${signingInput({ alg: 'RS256' }, payload)}.c2ln`
    world.introspection.replyWith({ body: world.activeAnswer({ exp: undefined }) })

    const { verdict, line } = await world.decide(token)

    expect(verdict).toBe('deny claims_malformed')
    expect(line['actual']).toMatch(/^\[+"…"\]+$/)
  })

  it('is the name of a malformed member', async () => {
    world.introspection.replyWith({ body: world.activeAnswer({ nbf: 'now' }) })
    expect((await world.decide()).line).toMatchObject({
      reason: 'introspection_unusable',
      detail: 'member_malformed: nbf',
      expected: '`nbf` as seconds since 1970, as a number',
    })
  })
})

describe('log_level', () => {
  it('debug tells nothing secret either, even of what goes wrong', async () => {
    await world.start({ log_level: 'debug' })
    await world.decide()
    world.introspection.replyWith({ status: 500, body: world.activeAnswer() })
    await world.decide()
    world.vault.failWith(500)
    await world.start({ log_level: 'debug' })
    expect(await world.verdict()).toBe('fault secret_unavailable')
  })
})
