import { describe, expect, it } from '@jest/globals'
import { failure, success } from '../../../src/platform/result.ts'
import { denied, faulty } from '../support/outcomes.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'
import { REGISTRATION } from '../support/tokens-for-backends.ts'
import { ACTIVE, introspectionBy } from './introspection-fixture.ts'

/** What the log has about introspection without a cache. */
const LOGGED = { issuer: 'callers', callerCache: 'off' } as const

describe('verifying a caller by introspection', () => {
  it('RFC 7662 §2.1: authenticates as the registered client', async () => {
    const { verify, requests } = introspectionBy()

    await verify()

    expect(requests).toMatchObject([
      {
        endpoint: 'https://idp.example/introspect',
        client: REGISTRATION,
        form: { token: 'token-1' },
        // A late answer to another request cannot be taken for the answer.
        connection: 'own',
      },
    ])
  })

  it('identifies the answer about a JWT by its `jti`', async () => {
    const { verify, requests } = introspectionBy()

    await verify(unsignedJwt({ jti: 'token-1' }))

    expect(requests).toMatchObject([{ connection: { id: 'token-1' } }])
  })

  it('returns what is known of a valid caller', async () => {
    const { verify } = introspectionBy()

    expect(await verify()).toEqual(
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
    const { verify } = introspectionBy({ members: { ...ACTIVE, aud: 'other' } })

    expect(await verify()).toStrictEqual(
      denied('audience_mismatch', { ...LOGGED, clientId: 'client-1' }),
    )
  })

  it('is a fault, never a denial, if the exchange failed', async () => {
    const { verify } = introspectionBy({ reply: () => failure('timed_out') })

    expect(await verify()).toStrictEqual(
      faulty('introspection_unavailable', { ...LOGGED, detail: 'timed_out' }),
    )
  })

  it('passes on the fault of a secret that could not be read', async () => {
    const unreadable = faulty('secret_unavailable', { detail: 'status_404' })
    const { verify } = introspectionBy({ reply: () => unreadable })

    expect(await verify()).toMatchObject({
      error: { reason: 'secret_unavailable', logContext: { detail: 'status_404' } },
    })
  })
})

describe('the address of the introspection endpoint', () => {
  it('is found before any request', async () => {
    const endpoint = 'https://idp.example/found'
    const { verify, requests, deadlines } = introspectionBy({ located: success(endpoint) })

    await verify()

    expect(requests).toMatchObject([{ endpoint }])
    expect(deadlines).toStrictEqual([PLENTY_OF_TIME])
  })

  it('that cannot be found is a fault without a request', async () => {
    const located = faulty('discovery_unavailable', { detail: 'timed_out' })
    const { verify, requests } = introspectionBy({ located })
    let announcements = 0

    expect(await verify(undefined, () => (announcements += 1))).toStrictEqual(
      faulty('discovery_unavailable', { detail: 'timed_out', issuer: 'callers' }),
    )
    expect([requests, announcements]).toStrictEqual([[], 0])
  })
})
