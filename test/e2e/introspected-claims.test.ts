/** Decisions about the claims of an introspection response. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startTestHarness } from './support/test-harness.ts'
import { PERMIT } from './support/harness.ts'
import { AUDIENCE, ISSUER, jwtToken, secondsFromNow } from './support/tokens.ts'

const harness = await startTestHarness()

/** Introspection responds `active: true` with these members. */
async function verdictOn(members: object, token?: string): Promise<string> {
  return (await harness.decideActive({ ...members }, token)).verdict
}

describe('#36, #38: `active`', () => {
  it.each([
    [true, PERMIT],
    ['true', PERMIT],
    [false, 'deny token_inactive'],
    ['false', 'deny token_inactive'],
    ['TRUE', 'deny token_inactive'],
    [' true', 'deny token_inactive'],
    [1, 'deny token_inactive'],
    [null, 'deny token_inactive'],
    [undefined, 'deny token_inactive'],
    [[true], 'deny token_inactive'],
    [{ value: true }, 'deny token_inactive'],
  ])('%j: %s', async (active, verdict) => {
    expect(await verdictOn({ active })).toBe(verdict)
  })

  it('is not inherited from `__proto__`', async () => {
    const members = JSON.stringify(harness.activeAnswer({ active: undefined })).slice(1)
    harness.introspection.replyWith({ body: `{"__proto__":{"active":true},${members}` })
    expect(await harness.verdict()).toBe('deny token_inactive')
  })
})

describe('the audience', () => {
  it.each([
    ['the configured one', AUDIENCE, PERMIT],
    ['an array with it', ['other', AUDIENCE], PERMIT],
    ['another', 'https://other.example.com/', 'deny audience_mismatch'],
    ['`any`, which disables the check in the configuration', 'any', 'deny audience_mismatch'],
    ['absent', undefined, 'deny audience_mismatch'],
    ['null', null, 'deny audience_mismatch'],
    ['an empty string', '', 'deny audience_mismatch'],
    ['an empty array', [], 'deny audience_mismatch'],
    ['a prefix of it', AUDIENCE.slice(0, -1), 'deny audience_mismatch'],
    ['longer than it', `${AUDIENCE}more`, 'deny audience_mismatch'],
    ['in upper case', AUDIENCE.toUpperCase(), 'deny audience_mismatch'],
    ['several in one string', `other ${AUDIENCE}`, 'deny audience_mismatch'],
  ])('is %s', async (_case, aud, verdict) => {
    expect(await verdictOn({ aud })).toBe(verdict)
  })

  it('may be one of several configured ones', async () => {
    await harness.start({ audience: `first ${AUDIENCE}  last` })
    expect(await verdictOn({})).toBe(PERMIT)
    expect(await verdictOn({ aud: 'last' })).toBe(PERMIT)
    expect(await verdictOn({ aud: 'las' })).toBe('deny audience_mismatch')
  })

  it.each([undefined, 'https://other/'])('is not checked with `any`: %s', async (aud) => {
    await harness.start({ audience: 'any' })
    expect(await verdictOn({ aud })).toBe(PERMIT)
  })
})

describe('the issuer', () => {
  beforeAll(() => harness.configure({ issuer: ISSUER }))
  afterAll(() => harness.configure({}))

  it('is not checked if none is configured', async () => {
    await harness.start({ issuer: undefined })
    expect(await verdictOn({ iss: undefined })).toBe(PERMIT)
    expect(await verdictOn({ iss: 'x' })).toBe(PERMIT)
  })

  it.each([
    ['the configured one', ISSUER, PERMIT],
    ['without its slash', ISSUER.slice(0, -1), 'deny issuer_mismatch'],
    ['in upper case', ISSUER.toUpperCase(), 'deny issuer_mismatch'],
    ['absent', undefined, 'deny issuer_mismatch'],
    ['empty', '', 'deny issuer_mismatch'],
  ])('is %s', async (_case, iss, verdict) => {
    expect(await verdictOn({ iss })).toBe(verdict)
  })
})

describe('time claims, with the tolerance of 30 seconds', () => {
  it.each([
    ['exp', -20, PERMIT],
    ['exp', -35, 'deny token_expired'],
    ['nbf', 20, PERMIT],
    ['nbf', 60, 'deny token_not_yet_valid'],
    ['iat', 20, PERMIT],
    ['iat', 60, 'deny token_not_yet_valid'],
  ])('%s %i seconds from now: %s', async (claim, offsetSeconds, verdict) => {
    expect(await verdictOn({ [claim]: secondsFromNow(offsetSeconds) })).toBe(verdict)
  })

  it.each([
    ['0', -1, 'deny token_expired'],
    ['300', -290, PERMIT],
    ['300', -301, 'deny token_expired'],
  ])('clock_tolerance_seconds %s, exp %i seconds from now: %s', async (tolerance, exp, verdict) => {
    await harness.start({ clock_tolerance_seconds: tolerance })
    expect(await verdictOn({ exp: secondsFromNow(exp) })).toBe(verdict)
  })
})

describe('#40: a token that must not be permitted', () => {
  it.each([
    ['`exp` is a word', { exp: 'tomorrow' }],
    ['`exp` is in milliseconds', { exp: Date.now() + 3_600_000 }],
    ['`exp` is true', { exp: true }],
    ['`exp` is zero', { exp: 0 }],
    ['`exp` is negative', { exp: -1 }],
    ['`nbf` is a word', { nbf: 'now' }],
    ['`aud` has numbers', { aud: [1, 2] }],
    ['`aud` is an object', { aud: { [AUDIENCE]: true } }],
    ['`sub` is an object', { sub: { a: 1 } }],
    ['`client_id` is an array', { client_id: ['partner-a'] }],
    ['`scope` is an object', { scope: { a: 1 } }],
  ])('%s', async (_case, members) => {
    expect(await verdictOn(members)).not.toBe(PERMIT)
  })

  it.each([
    ['is bound to a key by DPoP', { cnf: { jkt: 'x' } }, 'deny token_sender_constrained'],
    ['is bound to a certificate', { cnf: { 'x5t#S256': 'x' } }, 'deny token_sender_constrained'],
    ['has the type DPoP', { token_type: 'DPoP' }, 'deny token_type_wrong'],
    ['is a refresh token', { token_type: 'refresh_token' }, 'deny token_type_wrong'],
    ['is an ID token of an identity domain', { tok_type: 'IT' }, 'deny token_type_wrong'],
  ])('%s', async (_case, members, verdict) => {
    expect(await verdictOn(members)).toBe(verdict)
  })

  it.each([
    ['an ID token of an identity domain', { tok_type: 'IT' }, 'deny token_type_wrong'],
    ['a token bound to a key', { cnf: { jkt: 'x' } }, 'deny token_sender_constrained'],
    ['a refresh token of PingAM', { tokenName: 'refresh_token' }, 'deny token_type_wrong'],
    ['a refresh token of UAA', { jti: '0a1b-r', rev_sig: 'x' }, 'deny token_type_wrong'],
  ])('only the payload identifies it as %s', async (_case, payload, verdict) => {
    expect(await verdictOn({}, jwtToken(payload))).toBe(verdict)
  })
})

describe('type, client and scope of a token', () => {
  it.each(['Bearer', 'bearer', 'JWT', undefined])('accepts token_type %s', async (type) => {
    expect(await verdictOn({ token_type: type, tok_type: 'AT' })).toBe(PERMIT)
  })

  it.each([
    ['partner-b partner-a', {}, PERMIT],
    ['partner-b', {}, 'deny client_not_allowed'],
    ['partner', {}, 'deny client_not_allowed'],
    ['partner-a', { client_id: undefined }, 'deny client_not_allowed'],
    ['unknown', { client_id: undefined }, 'deny client_not_allowed'],
  ])('allowed_clients %s, response %j: %s', async (allowed, members, verdict) => {
    await harness.start({ allowed_clients: allowed })
    expect(await verdictOn(members)).toBe(verdict)
  })

  it.each([
    ['orders', 'orders echo', PERMIT],
    ['orders echo', ['echo', 'orders'], PERMIT],
    ['orders echo', 'orders', 'deny scope_insufficient'],
    ['order', 'orders', 'deny scope_insufficient'],
    ['orders', 'ORDERS', 'deny scope_insufficient'],
    ['orders', undefined, 'deny scope_insufficient'],
  ])('required_scopes %s, scope %j: %s', async (requiredScopes, scope, verdict) => {
    await harness.start({ required_scopes: requiredScopes })
    expect(await verdictOn({ scope })).toBe(verdict)
  })
})

describe('the payload of an active JWT', () => {
  beforeAll(() => harness.configure({ issuer: ISSUER, allowed_clients: 'partner-a' }))
  afterAll(() => harness.configure({}))

  const absent = { iss: undefined, aud: undefined, exp: undefined, client_id: undefined }
  const payload = () => ({
    iss: ISSUER,
    aud: [AUDIENCE],
    exp: secondsFromNow(1800),
    client_id: 'partner-a',
  })

  it('supplies claims that the response lacks', async () => {
    const claims = payload()
    const { verdict, answer } = await harness.decideActive(absent, jwtToken(claims))
    expect(verdict).toBe(PERMIT)
    expect(Date.parse(String(answer?.['expiresAt'])) / 1000).toBe(claims.exp)
    expect(answer?.['clientId']).toBe('partner-a')
  })

  it.each([
    ['iss', 'deny issuer_mismatch'],
    ['aud', 'deny audience_mismatch'],
    ['client_id', 'deny client_not_allowed'],
  ])('does not supply %s if it lacks it, too', async (claim, verdict) => {
    expect(await verdictOn(absent, jwtToken({ ...payload(), [claim]: undefined }))).toBe(verdict)
  })

  it.each([
    ['iss', 'https://other/', 'deny issuer_mismatch'],
    ['aud', 'other', 'deny audience_mismatch'],
    ['client_id', 'other', 'deny client_not_allowed'],
  ])('does not override %s of the response', async (claim, value, verdict) => {
    expect(await verdictOn({ [claim]: value }, jwtToken(payload()))).toBe(verdict)
  })

  it('supplies neither scope nor `active`', async () => {
    await harness.start({ required_scopes: 'orders' })
    const token = jwtToken({ ...payload(), scope: 'orders', active: true })
    expect(await verdictOn({ scope: undefined }, token)).toBe('deny scope_insufficient')
    expect(await verdictOn({ active: undefined }, token)).toBe('deny token_inactive')
  })

  it.each([
    ['an array', jwtToken([1])],
    ['invalid JSON', `a.${Buffer.from('{').toString('base64url')}.c`],
    ['encrypted', `${jwtToken({}).split('.', 1)[0]}.AAAA.a.b.c`],
  ])('is ignored if it is %s', async (_case, token) => {
    expect(await verdictOn({ aud: undefined }, token)).toBe('deny audience_mismatch')
  })
})

describe('a malformed JWT', () => {
  const parts = jwtToken({ iss: ISSUER }).split('.')
  const [header, payload, signature] = parts

  it.each([
    ['a leading dot', `.${parts.join('.')}`],
    ['several leading dots', `...${parts.join('.')}`],
    ['two dots after the header', `${header}..${payload}.${signature}`],
    ['two dots after the payload', `${header}.${payload}..${signature}`],
    ['two dots between all parts', parts.join('..')],
    ['a trailing dot', `${parts.join('.')}.`],
    ['an additional first part', `x.${parts.join('.')}`],
    ['leading characters that are not base64url', `~/+${parts.join('.')}`],
  ])('is not introspected: %s', async (_case, token) => {
    expect(await verdictOn({}, token)).toBe('deny jwt_malformed')
    expect(harness.introspection.requests).toHaveLength(0)
  })
})
