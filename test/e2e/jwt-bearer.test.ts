import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeProtectedHeader } from 'jose'
import { addKey, IDENTITY_DOMAINS, KEY_OCID, verifyAssertion } from './support/assertions.ts'
import { BACK_END_SCOPE, CLIENT_IDS, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'
import { jwtToken } from './support/tokens.ts'

const GRANT = {
  back_end_grant: 'jwt_bearer',
  back_end_assertion_key_ocid: KEY_OCID,
  back_end_assertion_key_id: 'our-certificate',
}
const CLAIM_KEY = 'back_end_assertion_subject_claim'

const harness = await startTestHarness(GRANT)
addKey(harness, KEY_OCID)

/** The backend tokens for these users, one call after the other. */
async function backEndTokensOf(...users: readonly string[]): Promise<string[]> {
  const tokens: string[] = []
  for (const sub of users) tokens.push((await harness.decideActive({ sub })).backEndToken)
  return tokens
}

/** The users in the assertions of all token requests. */
async function requestedUsers(): Promise<unknown[]> {
  const assertions = harness.tokenEndpoint.requests.map(({ form }) => form['assertion'])
  const results = await Promise.all(assertions.map((each) => verifyAssertion(harness, each)))
  return results.map(({ payload }) => payload.sub)
}

describe('jwt_bearer', () => {
  it('RFC 7523 §2.1: requests a token for the calling user with a new assertion', async () => {
    await harness.start()
    const { verdict, backEndToken } = await harness.decideActive({ sub: 'alice@example.com' })

    expect(verdict).toBe(PERMIT)
    expect(backEndToken).toMatch(/^Bearer back-end-token-/)
    const [request] = harness.tokenEndpoint.requests
    expect(request?.headers.authorization).toMatch(/^Basic /)
    expect(request?.form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      scope: BACK_END_SCOPE,
    })
    const { payload, protectedHeader } = await verifyAssertion(harness, request?.form['assertion'])
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

  it('#52: requests and caches a token for each user', async () => {
    await harness.start()
    const [alice, bob, ...cached] = await backEndTokensOf('alice', 'bob', 'alice', 'bob')
    expect(alice).not.toBe(bob)
    expect(cached).toEqual([alice, bob])
    expect(harness.tokenEndpoint.requests).toHaveLength(2)
  })

  it('#52: requests separate tokens for names that differ in case', async () => {
    await harness.start()
    const tokens = await backEndTokensOf('alice', 'Alice', 'ALICE', 'alice')
    expect(new Set(tokens).size).toBe(3)
    expect(tokens[3]).toBe(tokens[0])
    expect(await requestedUsers()).toEqual(['alice', 'Alice', 'ALICE'])
  })

  it.each([
    ['has no name', { sub: undefined }],
    ['belongs to an application by its name', { sub: 'partner-a' }],
    ['belongs to an application by another claim for its ID', { sub: 'bob', azp: 'bob' }],
    ['belongs to an application of an identity domain', { sub_type: 'client' }],
    ['has an empty name', { sub: ' ' }],
    ['has a name with a line break', { sub: 'alice\nbob' }],
    ['has a very long name', { sub: 'a'.repeat(300) }],
    ['has a name with a leading blank', { sub: ' alice' }],
    ['has a name with a trailing blank', { sub: 'alice\u00a0' }],
    ['has a name with a zero-width space', { sub: 'ali\u200bce' }],
    ['has a name with a line separator', { sub: 'alice\u2028' }],
    ['has a name with an unpaired surrogate', { sub: 'alice\ud83d' }],
    ['belongs to a service account of Keycloak', { sub: '4711', username: 'service-account-crm' }],
    ['belongs to an application of Auth0', { sub: 'a1b2c3@clients' }],
  ])('denies a token that %s, without a token request', async (_case, claims) => {
    const { verdict, answer } = await harness.decideActive(claims)
    expect(verdict).toBe('deny subject_missing')
    expect(answer?.['context']).toEqual({ responseCode: '401' })
    expect(harness.tokenEndpoint.requests).toEqual([])
  })

  it('reads the name from the configured claim', async () => {
    await harness.start({ [CLAIM_KEY]: 'email' })
    await harness.decideActive({ sub: '4711', email: 'alice@example.com' })
    expect(await requestedUsers()).toEqual(['alice@example.com'])
  })

  it('warns about a claim that users can change, unless it is accepted', async () => {
    const warningsWith = async (claim: string, accepted?: string) => {
      await harness.start({
        [CLAIM_KEY]: claim,
        back_end_assertion_user_controlled_claim: accepted,
      })
      await harness.decide()
      return JSON.stringify(harness.logged('config_warning'))
    }

    const changeable = ['email', 'preferred_username', 'upn', 'name', 'nickname', 'https://x/email']
    for (const claim of changeable) {
      expect(await warningsWith(claim)).toContain(CLAIM_KEY)
    }
    expect(await warningsWith('email', 'accept')).not.toContain(CLAIM_KEY)
    expect(await warningsWith('employee_number')).not.toContain(CLAIM_KEY)
  })

  it('signs with the client’s key if no other is configured', async () => {
    addKey(harness, SECRET_OCIDS.backEnd)
    await harness.start({
      back_end_assertion_key_ocid: undefined,
      back_end_assertion_key_id: undefined,
      back_end_client_auth: 'private_key_jwt',
    })

    expect(await harness.verdict()).toBe(PERMIT)
    const { assertion = '', client_assertion } = harness.tokenEndpoint.requests[0]?.form ?? {}
    const user = await verifyAssertion(harness, assertion)
    const client = await verifyAssertion(harness, client_assertion)
    expect([user.payload.sub, client.payload.sub]).toEqual(['alice', CLIENT_IDS.backEnd])
    expect(decodeProtectedHeader(assertion)).not.toHaveProperty('kid')
  })

  it('returns a fault with a hint if the user is unknown', async () => {
    await harness.start()
    harness.tokenEndpoint.replyWith({ status: 400, body: { error: 'invalid_grant' } })
    const { detailedVerdict, line } = await harness.decide()
    expect(detailedVerdict).toBe('fault credential_refused invalid_grant')
    expect(line['hint']).toMatch(/user exist/)
  })
})

describe('jwt_bearer with the e-mail address as the name', () => {
  const user = { sub: '4711', email: 'a@example.com' }
  beforeAll(() =>
    harness.configure({
      ...GRANT,
      [CLAIM_KEY]: 'email',
      back_end_assertion_user_controlled_claim: 'accept',
    }),
  )

  it.each([
    ['an unverified address (false)', { email_verified: false }, undefined, 'not_verified'],
    ['an unverified address ("false")', { email_verified: 'false' }, undefined, 'not_verified'],
    ['an unverified address (null)', { email_verified: null }, undefined, 'not_verified'],
    ['an application that only the JWT identifies', {}, { idtyp: 'app' }, 'application'],
    ['an unverified address by the JWT only', {}, { email_verified: false }, 'not_verified'],
  ])('denies %s, without a token request', async (_case, members, claims, detail) => {
    const token = claims === undefined ? undefined : jwtToken({ sub: '4711', ...claims })
    const { detailedVerdict } = await harness.decideActive({ ...user, ...members }, token)
    expect(detailedVerdict).toBe(`deny subject_missing ${detail}`)
    expect(harness.tokenEndpoint.requests).toEqual([])
  })
})
