import { beforeEach, describe, expect, it } from '@jest/globals'
import { IDENTITY_DOMAINS, keepKey, PRIVATE_KEY, verified } from './support/assertions.ts'
import { startTestWorld } from './support/test-world.ts'
import { BACK_END_SCOPE, CLIENT_IDS, SECRET_OCIDS } from './support/world.ts'

const world = await startTestWorld({ back_end_client_auth: 'private_key_jwt' })

describe('private_key_jwt', () => {
  beforeEach(() => world.start())

  it('#48 RFC 7523 §2.2: authenticates with a fresh assertion each time, and no secret is sent', async () => {
    keepKey(world, SECRET_OCIDS.backEnd)
    await world.start({ back_end_assertion_key_id: 'our-certificate' })
    world.tokenEndpoint.replyWith({ status: 503 })
    await world.decide()
    await world.decide()

    const [one, two] = world.tokenEndpoint.requests
    expect(one?.headers.authorization).toBeUndefined()
    expect(one?.form).toMatchObject({
      grant_type: 'client_credentials',
      scope: BACK_END_SCOPE,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const { payload, protectedHeader } = await verified(world, one?.form['client_assertion'])
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'our-certificate' })
    expect(payload).toMatchObject({
      iss: CLIENT_IDS.backEnd,
      sub: CLIENT_IDS.backEnd,
      aud: IDENTITY_DOMAINS,
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
    const other = await verified(world, two?.form['client_assertion'])
    expect(other.payload.jti).not.toBe(payload.jti)
  })

  it('is a fault with a secret that is not a key', async () => {
    expect((await world.decide()).detailedVerdict).toBe('fault secret_unusable no_private_key')
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it.each([
    ['escaped', PRIVATE_KEY.replaceAll('\n', '\\n')],
    ['blanks', PRIVATE_KEY.replaceAll('\n', ' ')],
    [
      'missing, in a JSON secret',
      JSON.stringify({ private_key: PRIVATE_KEY.replaceAll('\n', '') }),
    ],
  ])('reads a key whose line breaks are %s', async (_how, secret) => {
    keepKey(world, SECRET_OCIDS.backEnd, secret)

    expect(await world.verdict()).toBe('permit permitted')
    const [request] = world.tokenEndpoint.requests
    const { payload } = await verified(world, request?.form['client_assertion'])
    expect(payload.sub).toBe(CLIENT_IDS.backEnd)
  })

  it('logs that line breaks are missing if they were replaced', async () => {
    keepKey(world, SECRET_OCIDS.backEnd, PRIVATE_KEY.replaceAll('\n', 'n'))

    expect((await world.decide()).detailedVerdict).toBe('fault secret_unusable line_breaks_missing')
  })
})

describe('an assertion', () => {
  it('RFC 7523 §3: is never sent twice, even if the server drops kept connections', async () => {
    keepKey(world, SECRET_OCIDS.backEnd)
    await world.start({ back_end_grant: 'jwt_bearer' })
    for (const sub of ['alice', 'bob', 'carol']) {
      world.introspection.replyWith({ body: world.activeAnswer({ sub }) })
      world.tokenEndpoint.replyWith(() => ({
        body: world.tokenAnswer(),
        delivery: 'dropped_if_kept',
      }))
      expect(await world.verdict()).toBe('permit permitted')
    }

    const forms = world.tokenEndpoint.requests.map(({ form }) => form)
    const assertions = forms.flatMap((form) => [form['assertion'], form['client_assertion']])
    const ids = await Promise.all(
      assertions.map(async (each) => (await verified(world, each)).payload.jti),
    )
    expect(new Set(ids).size).toBe(assertions.length)
  })
})
