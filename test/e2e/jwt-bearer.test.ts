import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeProtectedHeader } from 'jose'
import { IDENTITY_DOMAINS, keepKey, KEY_OCID, verified } from './support/assertions.ts'
import { jwtToken } from './support/callers-tokens.ts'
import { startTestWorld } from './support/test-world.ts'
import { BACK_END_SCOPE, CLIENT_IDS, SECRET_OCIDS } from './support/world.ts'

const GRANT = {
  back_end_grant: 'jwt_bearer',
  back_end_assertion_key_ocid: KEY_OCID,
  back_end_assertion_key_id: 'our-certificate',
}
const CLAIM_KEY = 'back_end_assertion_subject_claim'
const EMAIL = {
  ...GRANT,
  [CLAIM_KEY]: 'email',
  back_end_assertion_user_controlled_claim: 'accept',
}

const world = await startTestWorld(GRANT)
keepKey(world, KEY_OCID)

/** Has introspection say that tokens are of a user with these claims. */
function identify(claims: object): void {
  world.introspection.replyWith({ body: world.activeAnswer({ ...claims }) })
}

/** The function's credentials for these users, one call after the other. */
async function credentialsOf(...users: readonly string[]): Promise<string[]> {
  const credentials: string[] = []
  for (const sub of users) {
    identify({ sub })
    credentials.push((await world.decide()).backEndToken)
  }
  return credentials
}

/** The users for whom a token was requested. */
async function requestedUsers(): Promise<unknown[]> {
  const assertions = world.tokenEndpoint.requests.map(({ form }) => form['assertion'])
  const results = await Promise.all(assertions.map((each) => verified(world, each)))
  return results.map(({ payload }) => payload.sub)
}

describe('jwt_bearer', () => {
  it('RFC 7523 §2.1: requests a token for the calling user with a new user assertion', async () => {
    await world.start()
    identify({ sub: 'alice@example.com' })

    const { verdict, backEndToken } = await world.decide()

    expect(verdict).toBe('permit permitted')
    expect(backEndToken).toMatch(/^Bearer back-end-token-/)
    const [request] = world.tokenEndpoint.requests
    expect(request?.headers.authorization).toMatch(/^Basic /)
    expect(request?.form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      scope: BACK_END_SCOPE,
    })
    const { payload, protectedHeader } = await verified(world, request?.form['assertion'])
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'our-certificate' })
    expect(payload).toEqual({
      iss: CLIENT_IDS.backEnd,
      sub: 'alice@example.com',
      aud: IDENTITY_DOMAINS,
      iat: expect.any(Number) as unknown,
      exp: (payload.iat ?? 0) + 600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    })
  })

  it('#52: gets and caches a token for each user', async () => {
    await world.start()
    const [alice, bob, ...again] = await credentialsOf('alice', 'bob', 'alice', 'bob')

    expect(alice).not.toBe(bob)
    expect(again).toEqual([alice, bob])
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  it('#52: gets separate tokens for names that differ in case', async () => {
    await world.start()
    const credentials = await credentialsOf('alice', 'Alice', 'ALICE', 'alice')

    expect(new Set(credentials).size).toBe(3)
    expect(credentials[3]).toBe(credentials[0])
    expect(await requestedUsers()).toEqual(['alice', 'Alice', 'ALICE'])
  })

  it.each([
    ['has no name', { sub: undefined }],
    ['is an application’s, by its name', { sub: 'partner-a' }],
    ['is an application’s, by a claim that is not used for its id', { sub: 'bob', azp: 'bob' }],
    ['is an application’s, as identity domains mark it', { sub_type: 'client' }],
    ['has an empty name', { sub: ' ' }],
    ['has a name with a line break', { sub: 'alice\nbob' }],
    ['has an endless name', { sub: 'a'.repeat(300) }],
    ['has a blank before the name', { sub: ' alice' }],
    ['has a blank after the name', { sub: 'alice\u00a0' }],
    ['has a zero-width space in the name', { sub: 'ali\u200bce' }],
    ['has a line separator in the name', { sub: 'alice\u2028' }],
    ['has half of a character in the name', { sub: 'alice\ud83d' }],
    ['is a Keycloak service account’s', { sub: '4711', username: 'service-account-crm' }],
    ['is an application’s at Auth0', { sub: 'a1b2c3@clients' }],
  ])('denies a token that %s, without a token request', async (_case, claims) => {
    identify(claims)

    const { verdict, answer } = await world.decide()

    expect(verdict).toBe('deny subject_missing')
    expect(answer?.['context']).toEqual({ responseCode: '401' })
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it('takes the name from the configured claim', async () => {
    await world.start({ [CLAIM_KEY]: 'email' })
    identify({ sub: '4711', email: 'alice@example.com' })
    await world.decide()

    expect(await requestedUsers()).toEqual(['alice@example.com'])
  })

  it('warns of a claim that users can change, unless it is accepted', async () => {
    const warningsWith = async (claim: string, accepted?: string) => {
      await world.start({
        [CLAIM_KEY]: claim,
        back_end_assertion_user_controlled_claim: accepted,
      })
      await world.decide()
      return JSON.stringify(world.logged('config_warning'))
    }

    const changeable = ['email', 'preferred_username', 'upn', 'name', 'nickname', 'https://x/email']
    for (const claim of changeable) {
      expect(await warningsWith(claim)).toContain(CLAIM_KEY)
    }
    expect(await warningsWith('email', 'accept')).not.toContain(CLAIM_KEY)
    expect(await warningsWith('employee_number')).not.toContain(CLAIM_KEY)
  })

  it('signs with the client’s key if it has no other', async () => {
    keepKey(world, SECRET_OCIDS.backEnd)
    await world.start({
      back_end_assertion_key_ocid: undefined,
      back_end_assertion_key_id: undefined,
      back_end_client_auth: 'private_key_jwt',
    })

    expect(await world.verdict()).toBe('permit permitted')
    const form = world.tokenEndpoint.requests[0]?.form ?? {}
    const ofUser = await verified(world, form['assertion'])
    const ofClient = await verified(world, form['client_assertion'])
    expect([ofUser.payload.sub, ofClient.payload.sub]).toEqual(['alice', CLIENT_IDS.backEnd])
    expect(decodeProtectedHeader(form['assertion'] ?? '')).not.toHaveProperty('kid')
  })

  it('is a fault with a hint if the user is unknown', async () => {
    await world.start()
    world.tokenEndpoint.replyWith({ status: 400, body: { error: 'invalid_grant' } })

    const { detailedVerdict, line } = await world.decide()

    expect(detailedVerdict).toBe('fault credential_refused invalid_grant')
    expect(line['hint']).toMatch(/user exist/)
  })
})

describe('jwt_bearer by the e-mail address', () => {
  beforeAll(() => world.configure(EMAIL))

  it.each([false, 'false', null])(
    'denies an unverified e-mail address (%j), without a token request',
    async (flag) => {
      identify({ sub: '4711', email: 'a@example.com', email_verified: flag })

      expect((await world.decide()).detailedVerdict).toBe('deny subject_missing not_verified')
      expect(world.tokenEndpoint.requests).toEqual([])
    },
  )

  it.each([
    ['an application’s', { idtyp: 'app' }, 'application'],
    ['one whose address is not verified', { email_verified: false }, 'not_verified'],
  ])(
    'denies a JWT that is %s, even if the introspection response does not say so',
    async (_case, claims, detail) => {
      identify({ sub: '4711', email: 'a@example.com' })

      const { detailedVerdict } = await world.decide(jwtToken({ sub: '4711', ...claims }))

      expect(detailedVerdict).toBe(`deny subject_missing ${detail}`)
      expect(world.tokenEndpoint.requests).toEqual([])
    },
  )
})
