import { describe, expect, it } from '@jest/globals'
import { createIntrospector } from '../../../src/caller/introspection.ts'
import { createVerifyWithIssuer } from '../../../src/caller/verify-with-issuer.ts'
import type { IntrospectionConfig } from '../../../src/config/model.ts'
import { denial, fault, type Fault } from '../../../src/decision.ts'
import type { BeforeRequest } from '../../../src/caller/verified-caller.ts'
import { seconds, type Deadline } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import type { SendAsClient } from '../../../src/oauth/client-exchange.ts'
import { recordingExchange } from '../support/exchanges.ts'
import { answer } from '../support/http-answers.ts'
import { plain } from '../support/claims.ts'
import { issuerConfig } from '../support/issuers.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'

const CLIENT = {
  clientId: 'introspector',
  secretOcid: 'ocid1.vaultsecret.oc1..introspector',
  authentication: 'client_secret_basic',
  assertion: { keyId: undefined, audience: [] },
} as const

function introspectionWith(cacheSeconds: number): IntrospectionConfig {
  return {
    endpoint: 'https://idp.example/introspect',
    client: CLIENT,
    cache: seconds(cacheSeconds),
    subject: 'same',
    opaqueTokens: undefined,
  }
}

const ACTIVE = {
  active: true,
  sub: 'jdoe',
  aud: 'api',
  client_id: 'client-1',
  scope: 'read',
  exp: START + 3600,
  tenant: 'acme',
}

const TOKEN = new Redacted('token-1')

function verifierBy(sendAsClient: SendAsClient, cacheSeconds: number, clock = new StandingClock()) {
  const introspection = introspectionWith(cacheSeconds)
  const issuer = issuerConfig({ introspection, contextClaims: ['tenant'] })
  const locate = () => Promise.resolve(success(introspection.endpoint ?? ''))
  const { introspect } = createIntrospector(issuer, introspection, { locate, sendAsClient, clock })
  const verify = createVerifyWithIssuer(issuer, undefined, introspect)
  return (token: Redacted, deadline: Deadline, beforeRequest: BeforeRequest = () => undefined) =>
    verify(token, deadline, beforeRequest).then(plain)
}

/** A verifier whose identity provider says `members` of every token. */
function verifierOf(cacheSeconds: number, members: object = ACTIVE) {
  const clock = new StandingClock()
  const exchange = recordingExchange(() => success(answer(200, members)))
  const verify = verifierBy(exchange.sendAsClient, cacheSeconds, clock)
  return { clock, requests: exchange.requests, verify }
}

describe('verifying a caller by introspection', () => {
  it('RFC 7662 §2.1: authenticates as the registered client', async () => {
    const { verify, requests } = verifierOf(0)

    await verify(TOKEN, PLENTY_OF_TIME)

    expect(requests).toMatchObject([
      {
        endpoint: 'https://idp.example/introspect',
        client: CLIENT,
        form: { token: 'token-1' },
        // A late answer to another request cannot be taken for the answer.
        connection: 'own',
      },
    ])
  })

  it('identifies the answer about a JWT by its `jti`', async () => {
    const { verify, requests } = verifierOf(0)

    await verify(new Redacted(unsignedJwt({ jti: 'token-1' })), PLENTY_OF_TIME)

    expect(requests).toMatchObject([{ connection: { id: 'token-1' } }])
  })

  it('returns what is known of a valid caller', async () => {
    const { verify } = verifierOf(0)

    expect(await verify(TOKEN, PLENTY_OF_TIME)).toEqual(
      success({
        issuer: 'callers',
        principal: 'jdoe',
        clientId: 'client-1',
        tokenScope: ['read'],
        scope: ['read'],
        expiresAt: START + 3600,
        contextValues: { tenant: 'acme' },
        claims: ACTIVE,
        cache: 'off',
      }),
    )
  })

  it('denies a token for another audience, with its client', async () => {
    const { verify } = verifierOf(0, { ...ACTIVE, aud: 'other' })

    expect(await verify(TOKEN, PLENTY_OF_TIME)).toStrictEqual(
      failure(
        denial('audience_mismatch', {
          issuer: 'callers',
          callerCache: 'off',
          clientId: 'client-1',
        }),
      ),
    )
  })

  it('is a fault, never a denial, if the exchange failed', async () => {
    const exchange = recordingExchange(() => failure('timed_out'))
    const verify = verifierBy(exchange.sendAsClient, 0)

    expect(await verify(TOKEN, PLENTY_OF_TIME)).toStrictEqual(
      failure(
        fault('introspection_unavailable', {
          detail: 'timed_out',
          issuer: 'callers',
          callerCache: 'off',
        }),
      ),
    )
  })

  it('passes on the fault of a secret that could not be read', async () => {
    const exchange = recordingExchange(() =>
      failure(fault('secret_unavailable', { detail: 'status_404' })),
    )
    const verify = verifierBy(exchange.sendAsClient, 0)

    expect(await verify(TOKEN, PLENTY_OF_TIME)).toMatchObject({
      error: { reason: 'secret_unavailable', logContext: { detail: 'status_404' } },
    })
  })
})

describe('the address of the introspection endpoint', () => {
  const verifierAt = (located: Result<string, Fault>) => {
    const introspection = { ...introspectionWith(60), endpoint: undefined }
    const exchange = recordingExchange(() => success(answer(200, ACTIVE)))
    const deadlines: Deadline[] = []
    const locate = (deadline: Deadline) => {
      deadlines.push(deadline)
      return Promise.resolve(located)
    }
    const ports = { locate, sendAsClient: exchange.sendAsClient, clock: new StandingClock() }
    const { introspect } = createIntrospector(issuerConfig({ introspection }), introspection, ports)
    return { introspect, deadlines, requests: exchange.requests }
  }

  it('is found before any request', async () => {
    const found = verifierAt(success('https://idp.example/found'))

    await found.introspect(TOKEN, PLENTY_OF_TIME, () => undefined)

    expect(found.requests.map(({ endpoint }) => endpoint)).toStrictEqual([
      'https://idp.example/found',
    ])
    expect(found.deadlines).toStrictEqual([PLENTY_OF_TIME])
  })

  it('that cannot be found is a fault without a request', async () => {
    const lost = verifierAt(failure(fault('discovery_unavailable', { detail: 'timed_out' })))
    let announcements = 0

    const refusal = await lost.introspect(TOKEN, PLENTY_OF_TIME, () => (announcements += 1))

    expect(refusal).toStrictEqual(
      failure(fault('discovery_unavailable', { detail: 'timed_out', issuer: 'callers' })),
    )
    expect([lost.requests, announcements]).toStrictEqual([[], 0])
  })
})

describe('the cache of introspection answers', () => {
  it('is announced before the identity provider is called, and only then', async () => {
    const { verify } = verifierOf(60)
    let announcements = 0
    const tell = () => (announcements += 1)

    await verify(TOKEN, PLENTY_OF_TIME, tell)
    expect(announcements).toBe(1)
    await verify(TOKEN, PLENTY_OF_TIME, tell)
    expect(announcements).toBe(1)
    await verify(new Redacted('token-2'), PLENTY_OF_TIME, tell)
    expect(announcements).toBe(2)
  })

  it('is off if none is configured: each token is introspected each time', async () => {
    const { verify, requests } = verifierOf(0)

    const first = await verify(TOKEN, PLENTY_OF_TIME)
    const second = await verify(TOKEN, PLENTY_OF_TIME)

    expect(requests).toHaveLength(2)
    expect([first, second]).toMatchObject([
      { value: { cache: 'off' } },
      { value: { cache: 'off' } },
    ])
  })

  it('answers the second time for a token, with the same result except for the cache', async () => {
    const { verify, requests } = verifierOf(60)

    const first = await verify(TOKEN, PLENTY_OF_TIME)
    const second = await verify(new Redacted('token-1'), PLENTY_OF_TIME)

    expect(requests).toHaveLength(1)
    expect(first).toMatchObject({ ok: true, value: { cache: 'miss' } })
    expect(second).toStrictEqual(success({ ...(first.ok && first.value), cache: 'hit' }))
  })

  it('has nothing for another token', async () => {
    const { verify, requests } = verifierOf(60)

    await verify(TOKEN, PLENTY_OF_TIME)
    await verify(new Redacted('token-2'), PLENTY_OF_TIME)

    expect(requests.map(({ form }) => form)).toStrictEqual([
      { token: 'token-1' },
      { token: 'token-2' },
    ])
  })

  it.each([
    ['with room for no more', 0, 1],
    ['that is too large', 1, 2],
  ])('keeps at most 8 KiB of response and token: one %s', async (_case, surplus, expected) => {
    const { verify, requests } = verifierOf(60)
    const token = new Redacted('x'.repeat(8 * 1024 - JSON.stringify(ACTIVE).length + surplus))

    await verify(token, PLENTY_OF_TIME)
    await verify(token, PLENTY_OF_TIME)

    expect(requests).toHaveLength(expected)
  })

  it('introspects again when its time is over, not before', async () => {
    const { verify, requests, clock } = verifierOf(60)

    await verify(TOKEN, PLENTY_OF_TIME)
    clock.advance(59.9)
    await verify(TOKEN, PLENTY_OF_TIME)
    expect(requests).toHaveLength(1)

    clock.advance(0.1)
    await verify(TOKEN, PLENTY_OF_TIME)
    expect(requests).toHaveLength(2)
  })

  it('RFC 7662 §4: never answers beyond the token’s expiry', async () => {
    const { verify, requests, clock } = verifierOf(300, { ...ACTIVE, exp: START + 10 })

    await verify(TOKEN, PLENTY_OF_TIME)
    clock.advance(9)
    await verify(TOKEN, PLENTY_OF_TIME)
    expect(requests).toHaveLength(1)

    clock.advance(1)
    await verify(TOKEN, PLENTY_OF_TIME)
    expect(requests).toHaveLength(2)
  })

  it('applies the rules to each hit: a token before its `nbf` is valid later', async () => {
    const { verify, requests, clock } = verifierOf(300, { ...ACTIVE, nbf: START + 40 })

    const early = await verify(TOKEN, PLENTY_OF_TIME)
    clock.advance(10)
    const inTime = await verify(TOKEN, PLENTY_OF_TIME)

    expect(early).toMatchObject({
      ok: false,
      error: { reason: 'token_not_yet_valid', logContext: { callerCache: 'miss' } },
    })
    expect(inTime).toMatchObject({ ok: true, value: { cache: 'hit' } })
    expect(requests).toHaveLength(1)
  })

  it('denies from a hit, too, and reports the hit', async () => {
    const { verify, requests } = verifierOf(60, { ...ACTIVE, aud: 'other' })

    await verify(TOKEN, PLENTY_OF_TIME)
    const second = await verify(TOKEN, PLENTY_OF_TIME)

    expect(second).toMatchObject({
      error: { reason: 'audience_mismatch', logContext: { callerCache: 'hit' } },
    })
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['that a token is inactive', success(answer(200, { active: false }))],
    ['that our client is refused', success(answer(401, {}))],
    ['that is no answer', success(answer(200, 'x'))],
    ['with status 503', success(answer(503, ''))],
    ['that never came', failure('timed_out' as const)],
  ])('does not cache a response %s', async (_case, bad) => {
    const exchange = recordingExchange((index) =>
      index === 0 ? bad : success(answer(200, ACTIVE)),
    )
    const verify = verifierBy(exchange.sendAsClient, 60)

    const first = await verify(TOKEN, PLENTY_OF_TIME)
    const second = await verify(TOKEN, PLENTY_OF_TIME)

    expect(first.ok).toBe(false)
    expect(second).toMatchObject({ ok: true, value: { cache: 'miss' } })
  })
})

describe('whether an answer is cached', () => {
  function introspectorWith(cacheSeconds: number) {
    const clock = new StandingClock()
    const introspection = introspectionWith(cacheSeconds)
    const { sendAsClient } = recordingExchange(() => success(answer(200, ACTIVE)))
    const locate = () => Promise.resolve(success(introspection.endpoint ?? ''))
    const issuer = issuerConfig({ introspection })
    return {
      clock,
      ...createIntrospector(issuer, introspection, { locate, sendAsClient, clock }),
    }
  }

  it('is known for that token only, until it expires', async () => {
    const { clock, introspect, hasCachedAnswer } = introspectorWith(60)
    const before = hasCachedAnswer(TOKEN)
    await introspect(TOKEN, PLENTY_OF_TIME, () => undefined)

    expect([before, hasCachedAnswer(TOKEN)]).toStrictEqual([false, true])
    expect(hasCachedAnswer(new Redacted('token-2'))).toBe(false)
    clock.advance(60)
    expect(hasCachedAnswer(TOKEN)).toBe(false)
  })

  it('is no longer known if later answers took its memory', async () => {
    const { introspect, hasCachedAnswer } = introspectorWith(60)
    const tokenNo = (index: number) =>
      new Redacted(String(index).padStart(8 * 1024 - JSON.stringify(ACTIVE).length, 'x'))
    const fill = async (from: number, to: number) => {
      for (let index = from; index < to; index += 1)
        await introspect(tokenNo(index), PLENTY_OF_TIME, () => undefined)
      // Another one each time, as it becomes the most recently used.
      return hasCachedAnswer(tokenNo(from === 0 ? 0 : 1))
    }

    // 16 MiB hold 504 of the largest answers.
    expect([await fill(0, 480), await fill(480, 520)]).toStrictEqual([true, false])
  })

  it('is never known if the cache is off', async () => {
    const { introspect, hasCachedAnswer } = introspectorWith(0)
    await introspect(TOKEN, PLENTY_OF_TIME, () => undefined)

    expect(hasCachedAnswer(TOKEN)).toBe(false)
  })
})
