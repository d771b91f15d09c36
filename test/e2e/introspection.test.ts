import { describe, expect, it } from '@jest/globals'
import { introspectingIssuer, startWithIssuers } from './support/configurations.ts'
import { PERMIT } from './support/harness.ts'
import { startTestHarness, startTestServer } from './support/test-harness.ts'
import { jwtToken, opaqueToken, secondsFromNow } from './support/tokens.ts'

const foreign = await startTestServer(() => ({ body: { active: false } }))
const harness = await startTestHarness()

describe('an introspection response about a JWT', () => {
  const claims = { jti: 'token-1', iat: secondsFromNow(-60), exp: secondsFromNow(900), sub: 'a' }

  it.each([
    ['jti', 'token-2'],
    ['iat', claims.iat + 60],
    ['exp', claims.exp + 60],
    ['sub', 'mallory'],
  ])('causes a fault if it contradicts the %s', async (name, value) => {
    const members = { ...claims, [name]: value }
    const { detailedVerdict } = await harness.decideActive(members, jwtToken(claims))
    expect(detailedVerdict).toBe(`fault introspection_unusable contradicts_token: ${name}`)
  })

  it('is used if it has the same claims', async () => {
    expect((await harness.decideActive(claims, jwtToken(claims))).verdict).toBe(PERMIT)
  })
})

describe('the introspection of a token', () => {
  it('does not use a response that the server repeats after the next request', async () => {
    const active = opaqueToken()
    await harness.start()
    harness.introspection.replyWith(({ form }) => ({
      body: form['token'] === active ? harness.activeAnswer() : { active: false },
      delivery: 'repeated',
    }))

    const denial = 'deny token_inactive'
    const verdicts = await harness.verdicts([active, opaqueToken(), active, opaqueToken()])
    expect(verdicts).toEqual([PERMIT, denial, PERMIT, denial])
  })

  it('has a hint in the log about `active: false` if the server rejects the token', async () => {
    harness.introspection.replyWith({ status: 400, body: { error: 'invalid_token' } })
    const { detailedVerdict, line } = await harness.decide()
    expect(detailedVerdict).toBe('fault introspection_refused invalid_token')
    expect(line['hint']).toMatch(/active: false/)
  })

  it('logs a wrong media type of the response', async () => {
    const headers = { 'content-type': 'text/plain' }
    harness.introspection.replyWith({ headers, body: harness.activeAnswer() })
    expect((await harness.decide()).line['detail']).toBe('media_type')
  })
})

describe('an opaque token', () => {
  /** Starts with two issuers: for the first one all tokens are inactive, for the second one active. */
  const startWith = (foreignMembers: object, ownMembers: object) =>
    startWithIssuers(
      harness,
      introspectingIssuer(harness, {
        name: 'foreign',
        issuer: 'https://foreign.example/',
        introspection_endpoint: `${foreign.url}/introspect`,
        introspection_cache_seconds: 300,
        ...foreignMembers,
      }),
      introspectingIssuer(harness, {
        name: 'own',
        introspection_cache_seconds: 300,
        ...ownMembers,
      }),
    )

  it('is not sent to another issuer once its own one has responded', async () => {
    await startWith({}, {})
    const token = opaqueToken()
    await harness.decide(token)
    foreign.clearRequests()
    const { verdict, line } = await harness.decide(token)
    expect([verdict, line['caller_cache']]).toEqual([PERMIT, 'hit'])
    expect(foreign.requests).toHaveLength(0)
    expect(JSON.stringify(harness.logged('config_warning'))).toContain('opaque_tokens')
  })

  it.each([
    ['its prefix', {}, { opaque_tokens: { prefixes: ['opaque-'] } }],
    ['its length', {}, { opaque_tokens: { lengths: [opaqueToken().length] } }],
    ['the prefix of the other issuer', { opaque_tokens: { prefixes: ['foreign-'] } }, {}],
    ['the length of the other issuer', { opaque_tokens: { lengths: [20] } }, {}],
  ])('is sent to its own issuer only, by %s', async (_case, foreignMembers, ownMembers) => {
    await startWith(foreignMembers, ownMembers)
    expect(await harness.verdict()).toBe(PERMIT)
    expect(foreign.requests).toHaveLength(0)
  })

  it('differs from a JWT, which is sent only to the issuer in its `iss`', async () => {
    await startWith({}, {})
    const token = jwtToken({ iss: 'https://foreign.example/', exp: secondsFromNow(900) })
    expect(await harness.verdict(token)).toBe('deny token_inactive')
    expect([foreign.requests.length, harness.introspection.requests]).toEqual([1, []])
  })

  it('is not sent to any issuer if it matches none', async () => {
    const other = { opaque_tokens: { prefixes: ['other-'] } }
    await startWith(other, other)
    expect(await harness.verdict()).toBe('deny token_opaque')
    expect([foreign.requests, harness.introspection.requests]).toEqual([[], []])
  })
})
