import { describe, expect, it } from '@jest/globals'
import { selectContextClaims } from '../../../src/caller/context-claims.ts'
import { readIntrospectionAnswer } from '../../../src/caller/introspection-answer.ts'
import { firstBrokenRule } from '../../../src/caller/token-rules.ts'
import type { IssuerConfig, JwtConfig } from '../../../src/config/model.ts'
import { denial } from '../../../src/decision.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { numericDate, seconds } from '../../../src/platform/clock.ts'
import { plain, withoutComparison } from '../support/claims.ts'
import { answer } from '../support/http-answers.ts'
import {
  CLAIM_NAMES,
  introspectionConfig,
  issuerConfig,
  jwtConfig,
  tokenRules,
} from '../support/issuers.ts'
import { denied, faulty } from '../support/outcomes.ts'
import { unsignedJwt } from '../support/tokens.ts'

const PAYLOAD = {
  iss: 'https://idp.example/',
  sub: 'payload-subject',
  aud: ['api'],
  client_id: 'client-1',
  exp: 1_800_000_060,
  scope: 'admin',
  tok_type: 'AT',
  tenant: 'acme',
}

/** What is read of the answer that a JWT with this payload is active. */
function read(members: object, payload: object = PAYLOAD, issuer: Partial<IssuerConfig> = {}) {
  const given = answer(200, { active: true, ...members })
  const jwt = readUnverifiedJwt(unsignedJwt(payload))
  return plain(readIntrospectionAnswer(given, jwt, issuerConfig(issuer)))
}

/** The members that have a value, as they would come from outside. */
function membersOf(reading: ReturnType<typeof read>): unknown {
  return reading.ok && JSON.parse(JSON.stringify(reading.value.members))
}

/** The rules require a claim with this value. */
function requiring(name: string, value: string) {
  return { rules: tokenRules({ requiredClaims: [{ name, values: [value] }] }) }
}

describe('a JWT that was introspected', () => {
  it.each([{ active: true }, { active: true, iss: null, aud: null, exp: null, client_id: null }])(
    'has from its payload what the answer lacks: %j',
    (members) => {
      expect(read(members)).toMatchObject({
        ok: true,
        value: {
          issuer: 'https://idp.example/',
          audience: ['api'],
          clientId: 'client-1',
          expiresAt: 1_800_000_060,
          members: { tok_type: 'AT' },
        },
      })
    },
  )

  it('gets no scope from its payload: the identity provider may have taken it away', () => {
    expect(read({})).toMatchObject({ ok: true, value: { scope: [] } })
  })

  it('gets none even if the configuration lists it as a claim', () => {
    const issuer = { contextClaims: ['scope'], ...requiring('scp', 'admin') }

    const reading = read({}, { ...PAYLOAD, scp: ['admin'] }, issuer)

    expect(reading).toMatchObject({ ok: true, value: { scope: [] } })
  })

  it('gets required claims from its payload, and no others', () => {
    const { sub, scope, ...wanted } = PAYLOAD

    expect([sub, scope]).toStrictEqual(['payload-subject', 'admin'])
    expect(membersOf(read({}, PAYLOAD, requiring('tenant', 'acme')))).toStrictEqual({
      active: true,
      ...wanted,
    })
  })

  it('gets the claims that show what kind of token it is from its payload', () => {
    const names = [
      ...['tok_type', 'typ', 'token_use', 'nonce', 'cnf', 'permissions', 'client_id', 'cid'],
      ...['at_hash', 'c_hash', 'events', 'htm', 'htu', 'token_introspection'],
      ...['appid', 'azp', 'ver', 'tid', 'tfp', 'roles', 'jti', 'rev_sig', 'apptype'],
      ...['token_type', 'tokenType', 'token_name', 'tokenName', 'token_usage', 'tokenUse'],
      ...['token_kind', 'tokenKind', 'type', 'kind', 'purpose', 'use', 'tty'],
    ]
    const claims = Object.fromEntries(names.map((name) => [name, 'x']))
    // Whatever claim names the client.
    const issuer = { claimNames: { ...CLAIM_NAMES, clientId: ['client'] } }

    expect(membersOf(read({}, { ...claims, other: 'x' }, issuer))).toStrictEqual({
      active: true,
      ...claims,
    })
  })

  it('gets all claims from its payload if its signature was verified before', () => {
    const payload = { ...PAYLOAD, other: 5 }
    const reading = read({ tenant: 'answer', scope: null }, payload, { jwt: jwtConfig() })

    expect(reading).toMatchObject({ value: { principal: 'payload-subject', scope: ['admin'] } })
    expect(membersOf(reading)).toStrictEqual({ ...payload, active: true, tenant: 'answer' })
  })

  it.each([
    ['scope', { scope: 'read' }, { scp: ['read', 'admin'] }, { scope: ['read'] }],
    ['client', { azp: 'client-2' }, { client_id: 'client-1' }, { clientId: 'client-2' }],
  ])(
    'RFC 7662 §2.2: has only the %s of the response, although its payload has another name for it',
    (_case, members, claims, value) => {
      const payload = { iss: PAYLOAD.iss, ...claims }

      expect(read(members, payload, { jwt: jwtConfig() })).toMatchObject({ ok: true, value })
    },
  )

  it.each<[string, JwtConfig | undefined]>([
    ['introspected alone', undefined],
    ['verified before', jwtConfig()],
  ])('keeps a claim for the rules under another name than the response’s: %s', (_case, jwt) => {
    const payload = { ...PAYLOAD, azp: 'client-1', scp: ['admin'] }
    const issuer = { jwt, ...requiring('azp', 'client-1') }

    const reading = read({ client_id: 'c', scope: '' }, payload, issuer)
    expect(reading).toMatchObject({ ok: true, value: { clientId: 'c', scope: [] } })
    expect(membersOf(reading)).toMatchObject({ azp: 'client-1' })
    expect(reading.ok && reading.value.members).not.toHaveProperty('scp')
  })

  it.each([
    { sub_type: 'client' },
    { idtyp: 'app' },
    { gty: 'client-credentials' },
    { email_verified: false },
    { upn_verified: 'false' },
  ])('gets the evidence about its user from its payload: %j', (evidence) => {
    expect(read({ sub: 'alice' }, { ...PAYLOAD, sub: 'alice', ...evidence })).toMatchObject({
      ok: true,
      value: { members: { sub: 'alice', ...evidence } },
    })
  })

  it('gets `iat` from its payload if its lifetime is limited', () => {
    const payload = { ...PAYLOAD, iat: 1_800_000_000 }
    const limited = { rules: tokenRules({ maxTokenLifetime: seconds(60) }) }

    expect(read({}, payload, limited)).toMatchObject({ value: { issuedAt: 1_800_000_000 } })
    expect(read({}, payload)).toMatchObject({ value: { issuedAt: undefined } })
  })

  it('is the response’s if both have it', () => {
    const [issuer, expiresAt] = ['https://other/', PAYLOAD.exp + 5]

    expect(read({ iss: issuer, aud: 'b', exp: expiresAt, client_id: 'c' })).toMatchObject({
      ok: true,
      value: { issuer, audience: ['b'], expiresAt, clientId: 'c' },
    })
  })

  it('is inactive if the response says so, whatever its payload says', () => {
    expect(read({ active: false }, { ...PAYLOAD, active: true })).toStrictEqual(
      denied('token_inactive'),
    )
  })

  it('is denied if its payload has a claim of a wrong type', () => {
    expect(read({}, { ...PAYLOAD, exp: 'never' })).toStrictEqual(denied('claims_malformed'))
  })

  it.each([
    ['RFC 9449 §6.2: is bound to a key where the answer says so', { cnf: { jkt: 'x' } }, {}],
    ['RFC 9449 §6.1: is bound to a key where its payload alone says so', {}, { cnf: { jkt: 'x' } }],
  ])('%s', (_case, members, claims) => {
    const reading = read(members, { ...PAYLOAD, ...claims })

    const rules = tokenRules({ issuer: PAYLOAD.iss })
    const objection = reading.ok && firstBrokenRule(reading.value, rules, numericDate(0))
    expect(objection && withoutComparison(objection)).toStrictEqual(
      denial('token_sender_constrained', { clientId: 'client-1' }),
    )
  })

  it.each([
    ['those of the answer before those of the payload', { tenant: 'other' }, { tenant: 'other' }],
    [
      'those of the payload where the answer has null',
      { client_id: null },
      { client_id: 'client-1' },
    ],
    ['those of the payload where the answer has none', {}, { tenant: 'acme' }],
  ])('passes its claims to the context: %s', (_case, members, expected) => {
    const contextClaims = Object.keys(expected)
    const reading = read(members, PAYLOAD, { contextClaims })

    expect(reading.ok && selectContextClaims(reading.value.members, contextClaims)).toStrictEqual(
      expected,
    )
  })
})

describe('an answer that contradicts a JWT', () => {
  const payload = { ...PAYLOAD, jti: 'token-1', iat: 1_800_000_000 }
  const contradicting = (name: string) =>
    faulty('introspection_unusable', { detail: `contradicts_token: ${name}` })

  it.each([
    ['jti', 'token-2'],
    ['jti', 1],
    ['iat', 1_800_000_006],
    ['iat', 1_799_999_994],
    ['exp', 1_800_000_066],
    ['exp', 1_800_000_054],
    ['sub', 'somebody-else'],
  ])('is a fault: %s %s', (name, value) => {
    expect(read({ [name]: value }, payload)).toStrictEqual(contradicting(name))
  })

  it('is a fault if the payload has a number and the response a string', () => {
    expect(read({ jti: '1' }, { ...PAYLOAD, jti: 1 })).toStrictEqual(contradicting('jti'))
  })

  it.each([
    ['nothing', {}],
    ['as null', { jti: null, iat: null, exp: null, sub: null }],
    ['with the same values', { jti: 'token-1', sub: payload.sub, exp: payload.exp }],
    ['rounded by some seconds', { exp: payload.exp - 5, iat: 1_800_000_005 }],
  ])('is none: %s', (_case, members) => {
    expect(read(members, payload).ok).toBe(true)
  })

  it('may name another `sub` if that is configured, and nothing else', () => {
    const issuer = { introspection: introspectionConfig({ subject: 'may_differ' }) }

    expect(read({ sub: 'other' }, payload, issuer).ok).toBe(true)
    expect(read({ sub: 'other', jti: 'other' }, payload, issuer).ok).toBe(false)
  })
})
