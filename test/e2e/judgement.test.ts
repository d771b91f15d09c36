import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { jwtToken, opaqueToken, secondsFromNow } from './support/callers-tokens.ts'
import { startTestWorld } from './support/test-world.ts'
import { AUDIENCE, ISSUER } from './support/world.ts'

const world = await startTestWorld()

function judge(members: object, token = opaqueToken()): Promise<string> {
  world.introspection.replyWith({ body: world.activeAnswer({ ...members }) })
  return world.verdict(token)
}

const PERMIT = 'permit permitted'

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
    expect(await judge({ active })).toBe(verdict)
  })

  it('is not inherited', async () => {
    const good = JSON.stringify(world.activeAnswer({ active: undefined }))
    world.introspection.replyWith({ body: `{"__proto__":{"active":true},${good.slice(1)}` })
    expect(await world.verdict()).toBe('deny token_inactive')
  })
})

describe('the audience', () => {
  it.each([
    ['the configured one', AUDIENCE, PERMIT],
    ['an array with it', ['other', AUDIENCE], PERMIT],
    ['another', 'https://other.example.com/', 'deny audience_mismatch'],
    ['the word that switches the check off', 'any', 'deny audience_mismatch'],
    ['absent', undefined, 'deny audience_mismatch'],
    ['null', null, 'deny audience_mismatch'],
    ['an empty text', '', 'deny audience_mismatch'],
    ['an empty array', [], 'deny audience_mismatch'],
    ['a part of it', AUDIENCE.slice(0, -1), 'deny audience_mismatch'],
    ['more than it', `${AUDIENCE}more`, 'deny audience_mismatch'],
    ['in other letters', AUDIENCE.toUpperCase(), 'deny audience_mismatch'],
    ['several in one text', `other ${AUDIENCE}`, 'deny audience_mismatch'],
  ])('%s', async (_case, aud, verdict) => {
    expect(await judge({ aud })).toBe(verdict)
  })

  it('may be one of several', async () => {
    await world.start({ audience: `first ${AUDIENCE}  last` })
    const verdicts = [await judge({}), await judge({ aud: 'last' }), await judge({ aud: 'las' })]
    expect(verdicts).toEqual([PERMIT, PERMIT, 'deny audience_mismatch'])
  })

  it.each([undefined, 'https://other.example.com/'])(
    'is not checked with `any`: %s',
    async (aud) => {
      await world.start({ audience: 'any' })
      expect(await judge({ aud })).toBe(PERMIT)
    },
  )
})

describe('the issuer', () => {
  beforeAll(() => world.configure({ issuer: ISSUER }))
  afterAll(() => world.configure({}))

  it('is not required if none is configured', async () => {
    await world.start({ issuer: undefined })
    expect([await judge({ iss: undefined }), await judge({ iss: 'x' })]).toEqual([PERMIT, PERMIT])
  })

  it.each([
    ['the configured one', ISSUER, PERMIT],
    ['without its slash', ISSUER.slice(0, -1), 'deny issuer_mismatch'],
    ['in capitals', ISSUER.toUpperCase(), 'deny issuer_mismatch'],
    ['absent', undefined, 'deny issuer_mismatch'],
    ['empty', '', 'deny issuer_mismatch'],
  ])('%s', async (_case, iss, verdict) => {
    expect(await judge({ iss })).toBe(verdict)
  })
})

describe('time, with the tolerance of 30 seconds', () => {
  it.each([
    ['exp', -20, PERMIT],
    ['exp', -35, 'deny token_expired'],
    ['nbf', 20, PERMIT],
    ['nbf', 60, 'deny token_not_yet_valid'],
    ['iat', 20, PERMIT],
    ['iat', 60, 'deny token_not_yet_valid'],
  ])('%s %i seconds from now: %s', async (claim, offsetSeconds, verdict) => {
    expect(await judge({ [claim]: secondsFromNow(offsetSeconds) })).toBe(verdict)
  })

  it.each([
    ['0', -1, 'deny token_expired'],
    ['300', -290, PERMIT],
    ['300', -301, 'deny token_expired'],
  ])('is configurable: %s s, expired %i s ago: %s', async (tolerance, offsetSeconds, verdict) => {
    await world.start({ clock_tolerance_seconds: tolerance })
    expect(await judge({ exp: secondsFromNow(offsetSeconds) })).toBe(verdict)
  })
})

describe('#40: what must never be permitted', () => {
  it.each([
    ['an `exp` in words', { exp: 'tomorrow' }],
    ['an `exp` in milliseconds', { exp: Date.now() + 3_600_000 }],
    ['an `exp` of true', { exp: true }],
    ['an `exp` of zero', { exp: 0 }],
    ['a negative `exp`', { exp: -1 }],
    ['an `nbf` in words', { nbf: 'now' }],
    ['an audience of numbers', { aud: [1, 2] }],
    ['an audience in an object', { aud: { [AUDIENCE]: true } }],
    ['a subject that is an object', { sub: { a: 1 } }],
    ['a client that is an array', { client_id: ['partner-a'] }],
    ['a scope that is an object', { scope: { a: 1 } }],
  ])('%s', async (_case, members) => {
    expect(await judge(members)).not.toBe(PERMIT)
  })

  it.each([
    ['bound to a key by DPoP', { cnf: { jkt: 'x' } }, 'deny token_sender_constrained'],
    ['bound to a certificate', { cnf: { 'x5t#S256': 'x' } }, 'deny token_sender_constrained'],
    ['of the type DPoP', { token_type: 'DPoP' }, 'deny token_type_wrong'],
    ['a refresh token', { token_type: 'refresh_token' }, 'deny token_type_wrong'],
    ['an ID token of an identity domain', { tok_type: 'IT' }, 'deny token_type_wrong'],
  ])('a token %s', async (_case, members, verdict) => {
    expect(await judge(members)).toBe(verdict)
  })

  it.each([
    ['an ID token of an identity domain', { tok_type: 'IT' }, 'deny token_type_wrong'],
    ['a token bound to a key', { cnf: { jkt: 'x' } }, 'deny token_sender_constrained'],
    ['a refresh token of PingAM', { tokenName: 'refresh_token' }, 'deny token_type_wrong'],
    ['a refresh token of UAA', { jti: '0a1b-r', rev_sig: 'x' }, 'deny token_type_wrong'],
  ])('%s that only the payload shows', async (_case, payload, verdict) => {
    expect(await judge({}, jwtToken(payload))).toBe(verdict)
  })

  it.each(['Bearer', 'bearer', 'JWT', undefined])('accepts the token type %s', async (type) => {
    expect(await judge({ token_type: type, tok_type: 'AT' })).toBe(PERMIT)
  })
})

describe('clients and scopes', () => {
  it.each([
    ['partner-b partner-a', {}, PERMIT],
    ['partner-b', {}, 'deny client_not_allowed'],
    ['partner', {}, 'deny client_not_allowed'],
    ['partner-a', { client_id: undefined }, 'deny client_not_allowed'],
    ['unknown', { client_id: undefined }, 'deny client_not_allowed'],
  ])('allowed_clients %s, answer %j: %s', async (allowed, members, verdict) => {
    await world.start({ allowed_clients: allowed })
    expect(await judge(members)).toBe(verdict)
  })

  it.each([
    ['orders', 'orders echo', PERMIT],
    ['orders echo', ['echo', 'orders'], PERMIT],
    ['orders echo', 'orders', 'deny scope_insufficient'],
    ['order', 'orders', 'deny scope_insufficient'],
    ['orders', 'ORDERS', 'deny scope_insufficient'],
    ['orders', undefined, 'deny scope_insufficient'],
  ])('required_scopes %s, scope %j: %s', async (requiredScopes, scope, verdict) => {
    await world.start({ required_scopes: requiredScopes })
    expect(await judge({ scope })).toBe(verdict)
  })
})

describe('the payload of a JWT that the endpoint called active', () => {
  beforeAll(() => world.configure({ issuer: ISSUER, allowed_clients: 'partner-a' }))
  afterAll(() => world.configure({}))

  const silent = { iss: undefined, aud: undefined, exp: undefined, client_id: undefined }
  const payload = () => ({
    iss: ISSUER,
    aud: [AUDIENCE],
    exp: secondsFromNow(1800),
    client_id: 'partner-a',
  })

  it('supplies claims that the response lacks', async () => {
    const claims = payload()
    world.introspection.replyWith({ body: world.activeAnswer(silent) })
    const { verdict, answer } = await world.decide(jwtToken(claims))
    expect(verdict).toBe(PERMIT)
    expect(Date.parse(String(answer?.['expiresAt'])) / 1000).toBe(claims.exp)
    expect(answer?.['clientId']).toBe('partner-a')
  })

  it.each([
    ['iss', 'deny issuer_mismatch'],
    ['aud', 'deny audience_mismatch'],
    ['client_id', 'deny client_not_allowed'],
  ])('does not help if both lack %s', async (claim, verdict) => {
    expect(await judge(silent, jwtToken({ ...payload(), [claim]: undefined }))).toBe(verdict)
  })

  it.each([
    ['iss', 'https://other/', 'deny issuer_mismatch'],
    ['aud', 'other', 'deny audience_mismatch'],
    ['client_id', 'other', 'deny client_not_allowed'],
  ])('does not override %s of the response', async (claim, value, verdict) => {
    expect(await judge({ [claim]: value }, jwtToken(payload()))).toBe(verdict)
  })

  it('supplies neither scope nor `active`', async () => {
    await world.start({ required_scopes: 'orders' })
    const token = jwtToken({ ...payload(), scope: 'orders', active: true })
    expect(await judge({ scope: undefined }, token)).toBe('deny scope_insufficient')
    expect(await judge({ active: undefined }, token)).toBe('deny token_inactive')
  })

  it.each([
    ['is no object', jwtToken([1])],
    ['is no JSON', `a.${Buffer.from('{').toString('base64url')}.c`],
    ['is an encrypted key', `${jwtToken({}).split('.', 1)[0]}.AAAA.a.b.c`],
  ])('is ignored if it %s', async (_case, token) => {
    expect(await judge({ aud: undefined }, token)).toBe('deny audience_mismatch')
  })
})

describe('a JWT that is not well-formed', () => {
  const parts = jwtToken({ iss: ISSUER }).split('.')
  const [header, payload, signature] = parts

  it.each([
    ['a dot in front', `.${parts.join('.')}`],
    ['several dots in front', `...${parts.join('.')}`],
    ['two dots after the header', `${header}..${payload}.${signature}`],
    ['two dots after the payload', `${header}.${payload}..${signature}`],
    ['two dots everywhere', parts.join('..')],
    ['a dot at the end', `${parts.join('.')}.`],
    ['a part in front', `x.${parts.join('.')}`],
    ['other characters in front', `~/+${parts.join('.')}`],
  ])('is sent to no issuer: %s', async (_case, token) => {
    expect(await judge({}, token)).toBe('deny jwt_malformed')
    expect(world.introspection.requests).toHaveLength(0)
  })
})
