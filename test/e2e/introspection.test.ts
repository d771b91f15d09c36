import { describe, expect, it } from '@jest/globals'
import { jwtToken, opaqueToken, secondsFromNow } from './support/callers-tokens.ts'
import { documentWith, introspectingIssuer } from './support/configurations.ts'
import { startDoublingServer } from './support/doubling-server.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'

const foreign = await startTestServer(() => ({ body: { active: false } }))
const world = await startTestWorld()

describe('an introspection answer about a JWT', () => {
  const claims = { jti: 'token-1', iat: secondsFromNow(-60), exp: secondsFromNow(900), sub: 'a' }

  it.each([
    ['jti', 'token-2'],
    ['iat', claims.iat + 60],
    ['exp', claims.exp + 60],
    ['sub', 'mallory'],
  ])('that contradicts its %s is a fault', async (name, value) => {
    world.introspection.replyWith({ body: world.activeAnswer({ ...claims, [name]: value }) })

    const { detailedVerdict } = await world.decide(jwtToken(claims))

    expect(detailedVerdict).toBe(`fault introspection_unusable contradicts_token: ${name}`)
  })

  it('that agrees with it is good', async () => {
    world.introspection.replyWith({ body: world.activeAnswer(claims) })

    expect(await world.verdict(jwtToken(claims))).toBe('permit permitted')
  })
})

describe('an introspection endpoint', () => {
  it('that repeats an answer after the next request does not answer for the next token', async () => {
    const good = opaqueToken()
    const server = await startDoublingServer((form) =>
      form.get('token') === good ? world.activeAnswer() : { active: false },
    )
    await world.start({ idcs_introspection_endpoint: server.url })
    const verdicts = await world.verdicts([good, opaqueToken(), good, opaqueToken()])
    server.close()

    const [permit, denial] = ['permit permitted', 'deny token_inactive']
    expect(verdicts).toEqual([permit, denial, permit, denial])
  })

  it('that answers a bad token with an error is not said to have refused our client', async () => {
    world.introspection.replyWith({ status: 400, body: { error: 'invalid_token' } })

    const { detailedVerdict, line } = await world.decide()

    expect(detailedVerdict).toBe('fault introspection_refused invalid_token')
    expect(line['hint']).toMatch(/active: false/)
  })

  it('that labels its answer as another media type is told that', async () => {
    world.introspection.replyWith({
      headers: { 'content-type': 'text/plain' },
      body: world.activeAnswer(),
    })

    expect((await world.decide()).line['detail']).toBe('media_type')
  })
})

describe('an opaque token', () => {
  /** Starts with two issuers: the first one knows no token, the second one all. */
  const startWith = (ofForeign: object, ofOwn: object) =>
    world.start(
      documentWith(world, [
        introspectingIssuer(world, {
          name: 'foreign',
          issuer: 'https://foreign.example/',
          introspection_endpoint: `${foreign.url}/introspect`,
          introspection_cache_seconds: 300,
          ...ofForeign,
        }),
        introspectingIssuer(world, { name: 'own', introspection_cache_seconds: 300, ...ofOwn }),
      ]),
    )

  it('is not shown to another issuer once its own has answered', async () => {
    await startWith({}, {})
    const token = opaqueToken()

    await world.decide(token)
    foreign.forget()
    const second = await world.decide(token)

    expect([second.verdict, second.line['caller_cache']]).toEqual(['permit permitted', 'hit'])
    expect(foreign.requests).toHaveLength(0)
    expect(JSON.stringify(world.logged('config_warning'))).toContain('opaque_tokens')
  })

  it.each([
    ['its prefix', {}, { opaque_tokens: { prefixes: ['opaque-'] } }],
    ['its length', {}, { opaque_tokens: { lengths: [opaqueToken().length] } }],
    ['the prefix of the others', { opaque_tokens: { prefixes: ['foreign-'] } }, {}],
    ['the length of the others', { opaque_tokens: { lengths: [20] } }, {}],
  ])('is shown to its own issuer alone, by %s', async (_case, ofForeign, ofOwn) => {
    await startWith(ofForeign, ofOwn)

    expect(await world.verdict()).toBe('permit permitted')
    expect(foreign.requests).toHaveLength(0)
  })

  it('is distinguished from a JWT, which only the issuer that it names is asked about', async () => {
    await startWith({}, {})
    const token = jwtToken({ iss: 'https://foreign.example/', exp: secondsFromNow(900) })

    expect(await world.verdict(token)).toBe('deny token_inactive')
    expect([foreign.requests.length, world.introspection.requests]).toEqual([1, []])
  })

  it('that no issuer recognises is shown to nobody', async () => {
    const elsewhere = { opaque_tokens: { prefixes: ['other-'] } }
    await startWith(elsewhere, elsewhere)

    expect(await world.verdict()).toBe('deny token_opaque')
    expect([foreign.requests, world.introspection.requests]).toEqual([[], []])
  })
})
