import { beforeEach, describe, expect, it } from '@jest/globals'
import { addKey, IDENTITY_DOMAINS, PRIVATE_KEY, verifyAssertion } from './support/assertions.ts'
import { BACK_END_SCOPE, CLIENT_IDS, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'

const harness = await startTestHarness({ back_end_client_auth: 'private_key_jwt' })

describe('private_key_jwt', () => {
  beforeEach(() => harness.start())

  it('#48 RFC 7523 §2.2: authenticates with a new assertion each time, and sends no secret', async () => {
    addKey(harness, SECRET_OCIDS.backEnd)
    await harness.start({ back_end_assertion_key_id: 'our-certificate' })
    harness.tokenEndpoint.replyWith({ status: 503 })
    await harness.decide()
    await harness.decide()

    const [one, two] = harness.tokenEndpoint.requests
    expect(one?.headers.authorization).toBeUndefined()
    expect(one?.form).toMatchObject({
      grant_type: 'client_credentials',
      scope: BACK_END_SCOPE,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const first = await verifyAssertion(harness, one?.form['client_assertion'])
    const { payload, protectedHeader } = first
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'our-certificate' })
    const { backEnd } = CLIENT_IDS
    expect(payload).toMatchObject({ iss: backEnd, sub: backEnd, aud: IDENTITY_DOMAINS })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
    const second = await verifyAssertion(harness, two?.form['client_assertion'])
    expect(second.payload.jti).not.toBe(payload.jti)
  })

  it('returns a fault if the secret is not a key', async () => {
    expect(await harness.detailedVerdict()).toBe('fault secret_unusable no_private_key')
    expect(harness.tokenEndpoint.requests).toEqual([])
  })

  it.each([
    ['are escaped', PRIVATE_KEY.replaceAll('\n', '\\n')],
    ['are blanks', PRIVATE_KEY.replaceAll('\n', ' ')],
    [
      'are missing, in a JSON secret',
      JSON.stringify({ private_key: PRIVATE_KEY.replaceAll('\n', '') }),
    ],
  ])('reads a key whose line breaks %s', async (_case, secret) => {
    addKey(harness, SECRET_OCIDS.backEnd, secret)
    expect(await harness.verdict()).toBe(PERMIT)
    const [request] = harness.tokenEndpoint.requests
    const { payload } = await verifyAssertion(harness, request?.form['client_assertion'])
    expect(payload.sub).toBe(CLIENT_IDS.backEnd)
  })

  it('logs that line breaks are missing if other characters replace them', async () => {
    addKey(harness, SECRET_OCIDS.backEnd, PRIVATE_KEY.replaceAll('\n', 'n'))
    expect(await harness.detailedVerdict()).toBe('fault secret_unusable line_breaks_missing')
  })
})

describe('an assertion', () => {
  it('RFC 7523 §3: is sent only once, even if the server closes kept connections', async () => {
    addKey(harness, SECRET_OCIDS.backEnd)
    await harness.start({ back_end_grant: 'jwt_bearer' })
    harness.tokenEndpoint.replyWith(() => ({
      body: harness.tokenAnswer(),
      delivery: 'dropped_if_kept',
    }))
    for (const sub of ['alice', 'bob', 'carol']) {
      expect((await harness.decideActive({ sub })).verdict).toBe(PERMIT)
    }

    const assertions = harness.tokenEndpoint.requests.flatMap(({ form }) => [
      form['assertion'],
      form['client_assertion'],
    ])
    const ids = await Promise.all(
      assertions.map(async (each) => (await verifyAssertion(harness, each)).payload.jti),
    )
    expect(new Set(ids).size).toBe(assertions.length)
  })
})
