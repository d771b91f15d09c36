/** The log line of each decision. */
import { createHash } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFunctionProcess, type FunctionProcess } from './support/function-process.ts'
import { startTestHarness } from './support/test-harness.ts'
import { AUDIENCE, jwtToken, opaqueToken, signingInput } from './support/tokens.ts'

const harness = await startTestHarness()

/** The members of every decision, as they are at its start. */
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
const CALLER_DECISION = {
  ...DECISION,
  issuer: 'default',
  client_id: 'partner-a',
  token_fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
}

describe('#54: the log line', () => {
  it('of a permit has the members of the caller and the backend', async () => {
    await harness.start({ introspection_cache_seconds: '60' })
    const token = opaqueToken()
    const first = await harness.decide(token, { callId: '01CALL1' })
    const second = await harness.decide(token, { callId: '01CALL2' })
    const permit = { outcome: 'permit', reason: 'permitted', backend: 'default' }
    const miss = { caller_cache: 'miss', back_end_cache: 'miss', call_id: '01CALL1' }
    const hit = { caller_cache: 'hit', back_end_cache: 'hit', call_id: '01CALL2' }
    expect(first.line).toEqual({ ...CALLER_DECISION, ...permit, ...miss })
    expect(second.line).toEqual({ ...CALLER_DECISION, ...permit, ...hit })
  })

  it('of a denied token has the expected value', async () => {
    expect((await harness.decideActive({ aud: 'other' })).line).toEqual({
      ...CALLER_DECISION,
      outcome: 'deny',
      reason: 'audience_mismatch',
      expected: [AUDIENCE],
    })
  })

  it('of a denial without a token has no member of a caller', async () => {
    expect((await harness.call('{"type":"TOKEN"}')).line).toEqual({
      ...DECISION,
      outcome: 'deny',
      reason: 'token_missing',
    })
  })

  it('of a fault has its detail', async () => {
    await harness.start()
    harness.tokenEndpoint.replyWith({ status: 500 })
    expect((await harness.decide()).line).toEqual({
      ...CALLER_DECISION,
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
  it('distinguishes tokens in one process, and depends on a secret key', async () => {
    const fingerprintOf = async (token: string) =>
      (await harness.decide(token)).line['token_fingerprint']
    const token = opaqueToken()
    const first = await fingerprintOf(token)
    expect(await fingerprintOf(token)).toBe(first)
    expect(await fingerprintOf(opaqueToken())).not.toBe(first)
    expect(createHash('sha256').update(token).digest('hex').slice(0, 16)).not.toBe(first)
    await harness.start()
    expect(await fingerprintOf(token)).not.toBe(first)
  })
})

describe('text from callers and providers', () => {
  it.each([
    ['line breaks', 'a\n{"event":"decision"}\r\nb'],
    ['an unpaired surrogate', 'a\ud800'],
    ['line separators', 'a\u2028b\u2029c'],
    ['terminal control sequences', '\u001b[31mred'],
  ])('does not add a line with %s', async (_case, clientId) => {
    const before = harness.function.log.length
    const { line } = await harness.decideActive({ client_id: clientId })
    expect(line['client_id']).toBe(clientId)
    expect(harness.function.log.slice(before)).toHaveLength(1)
  })

  it('is truncated if it is long', async () => {
    const { line } = await harness.decideActive({ client_id: 'x'.repeat(100_000) })
    expect(String(line['client_id']).length).toBeLessThan(1024)
  })

  it('is not logged as an error code', async () => {
    const error = harness.registerSecret('Invalid token eyJ0b2tlbiI')
    harness.introspection.replyWith({ status: 400, body: { error } })
    expect((await harness.decide()).line['detail']).toBe('status_400')
  })
})

describe('the request ID in an argument', () => {
  const REQUEST_IDS = ['25441DFD01D8/FDFDC67E62A03F7DA345', '/FDFDC67E62A0', 'csid1.a:b-c_d/E/F']
  const lineOf = async (data: object) => (await harness.callWith(data)).line

  it.each(REQUEST_IDS)('is in the line of every outcome: %s', async (id) => {
    const token = `Bearer ${opaqueToken()}`
    expect(await lineOf({ opc_request_id: id })).toMatchObject({ request_id: id })
    expect(await lineOf({ token, opc_request_id: [id] })).toMatchObject({ request_id: id })
    harness.introspection.replyWith({ status: 500 })
    expect(await lineOf({ token, opc_request_id: id })).toMatchObject({ request_id: id })
  })

  it.each([
    ['contains a line break', 'a\nb'],
    ['is a token', jwtToken({})],
    ['is longer than 128 characters', 'a'.repeat(129)],
    ['is not a string', 7],
  ])('is omitted if it %s', async (_case, id) => {
    expect(await lineOf({ opc_request_id: id })).not.toHaveProperty('request_id')
  })
})

describe('the request ID in a header of the function’s own request', () => {
  let instance: FunctionProcess
  beforeAll(async () => {
    instance = await startFunctionProcess(harness.environment)
  })
  afterAll(() => instance.end())

  const lineOf = async (headers: OutgoingHttpHeaders, data: object = {}) => {
    await instance.callWith(data, headers)
    return instance.decisions().at(-1)
  }
  const [prefixed, plain] = ['Fn-Http-H-Opc-Request-Id', 'Opc-Request-Id']
  const fromHeader = { [plain]: 'header' }

  it.each([prefixed, plain])('is logged from %s', async (header) => {
    expect(await lineOf({ [header]: 'id' })).toMatchObject({ request_id: 'id' })
  })

  it.each([
    ['is that of the gateway’s request', { [plain]: 'inner', [prefixed]: 'outer' }, {}, 'outer'],
    ['is overridden by the argument', fromHeader, { opc_request_id: 'argument' }, 'argument'],
    ['replaces an omitted argument', fromHeader, { opc_request_id: jwtToken({}) }, 'header'],
  ])('%s', async (_case, headers, data, request_id) => {
    expect(await lineOf(headers, data)).toMatchObject({ request_id })
  })

  it('is omitted if it is a token', async () => {
    expect(await lineOf({ [plain]: jwtToken({}) })).not.toHaveProperty('request_id')
  })
})

describe('the log level debug', () => {
  beforeAll(() => harness.configure({ log_level: 'debug' }))

  it('adds the actual value to a denial: shortened, escaped and without tokens', async () => {
    const aud = ['other\u202e', jwtToken({}), 'x'.repeat(1_000)]
    const { line } = await harness.decideActive({ aud })
    expect(line).toMatchObject({ reason: 'audience_mismatch', expected: [AUDIENCE] })
    expect(line['actual']).toBe(
      JSON.stringify(['other\\u{202e}', '[JWT]', `${'x'.repeat(20)}…${'x'.repeat(10)}`]),
    )
  })

  it('truncates an actual value that is nested too deep for `JSON.stringify`', async () => {
    const depth = 5_500
    const payload = `{"exp":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const token = `${signingInput({ alg: 'RS256' }, payload)}.c2ln`
    const { verdict, line } = await harness.decideActive({ exp: undefined }, token)
    expect(verdict).toBe('deny claims_malformed')
    expect(line['actual']).toMatch(/^\[+"…"\]+$/)
  })

  it('adds the expected form of a malformed member', async () => {
    expect((await harness.decideActive({ nbf: 'now' })).line).toMatchObject({
      reason: 'introspection_unusable',
      detail: 'member_malformed: nbf',
      expected: '`nbf` as seconds since 1970, as a number',
    })
  })

  it('does not log secrets, even after errors', async () => {
    await harness.start()
    await harness.decide()
    harness.introspection.replyWith({ status: 500, body: harness.activeAnswer() })
    await harness.decide()
    harness.vault.failWith(500)
    await harness.start()
    expect(await harness.verdict()).toBe('fault secret_unavailable')
  })
})
