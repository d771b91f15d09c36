import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { addKey, KEY_OCID } from './support/assertions.ts'
import { BACK_END_SCOPE, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'
import { opaqueToken } from './support/tokens.ts'

const TYPE = 'urn:ietf:params:oauth:token-type:access_token'

const harness = await startTestHarness()

describe('token_exchange', () => {
  beforeAll(() =>
    harness.configure({ back_end_grant: 'token_exchange', back_end_exchange_audience: 'oic' }),
  )
  const exchanged = (members = {}) => ({
    body: harness.tokenAnswer({ issued_token_type: TYPE, ...members }),
  })

  it('#49 RFC 8693 §2.1: sends the caller’s token to the configured endpoint only', async () => {
    harness.tokenEndpoint.replyWith(() => exchanged())
    const token = opaqueToken()

    expect(await harness.verdict(token)).toBe(PERMIT)
    expect(harness.tokenEndpoint.requests.map(({ form }) => form)).toEqual([
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: token,
        subject_token_type: TYPE,
        requested_token_type: TYPE,
        audience: 'oic',
        scope: BACK_END_SCOPE,
      },
    ])
  })

  it('#52: exchanges each token once, even those of the same user', async () => {
    harness.tokenEndpoint.replyWith(() => exchanged())
    const [one, other] = [opaqueToken(), opaqueToken()]
    const tokens: string[] = []
    for (const token of [one, other, one, other]) {
      tokens.push((await harness.decide(token)).backEndToken)
    }

    expect(new Set(tokens.slice(0, 2)).size).toBe(2)
    expect(tokens.slice(2)).toEqual(tokens.slice(0, 2))
    expect(harness.tokenEndpoint.requests).toHaveLength(2)
  })

  it('does not exchange the token of a denied caller', async () => {
    harness.introspection.replyWith({ body: { active: false } })
    expect(await harness.verdict()).toBe('deny token_inactive')
    expect(harness.tokenEndpoint.requests).toEqual([])
  })

  // A cold start each time: after several failures, the function does not call the endpoint.
  it.each([
    ['#49: no token type', { issued_token_type: undefined }, 'issued_token_type'],
    ['#49: a refresh token', { issued_token_type: typeUri('refresh_token') }, 'issued_token_type'],
    ['#49: an ID token', { issued_token_type: typeUri('id_token') }, 'issued_token_type'],
    ['#49: a SAML assertion', { issued_token_type: typeUri('saml2') }, 'issued_token_type'],
    ['#46: the token type N_A', { token_type: 'N_A' }, 'not_bearer'],
  ])('RFC 8693 §2.2.1: returns a fault if the response has %s', async (_case, members, detail) => {
    await harness.start()
    harness.tokenEndpoint.replyWith(exchanged(members))
    expect(await harness.detailedVerdict()).toBe(`fault credential_unusable ${detail}`)
  })
})

function typeUri(type: string): string {
  return `urn:ietf:params:oauth:token-type:${type}`
}

describe('basic', () => {
  beforeAll(() =>
    harness.configure({
      back_end_grant: 'basic',
      back_end_token_endpoint: undefined,
      back_end_app_client_id: undefined,
      back_end_scope: undefined,
    }),
  )
  const INVALID_SECRETS = [
    'no-colon-in-here',
    ':password-alone',
    'user:',
    'user:with\na-line-break',
  ]
  const startWith = (secret: string) => {
    harness.vault.addSecret(SECRET_OCIDS.backEnd, harness.registerSecret(secret))
    return harness.start()
  }

  it('RFC 7617: returns user name and password from Vault, without a token request', async () => {
    const secret = 'integration.user:pa:ss wörd'
    await startWith(secret)

    const { verdict, backEndToken, line } = await harness.decide()

    expect(verdict).toBe(PERMIT)
    const [scheme, credentials] = backEndToken.split(' ')
    expect(scheme).toBe('Basic')
    expect(Buffer.from(credentials ?? '', 'base64').toString()).toBe(secret)
    expect(line['back_end_cache']).toBe('off')
    expect(harness.tokenEndpoint.requests).toEqual([])
  })

  it('logs a warning at each cold start that it is legacy', async () => {
    await startWith('user:password-of-integration')
    await harness.decide()
    expect(JSON.stringify(harness.logged('config_warning'))).toContain('legacy')
  })

  it.each(INVALID_SECRETS)('returns a fault if the secret is %j', async (secret) => {
    await startWith(secret)
    expect(await harness.detailedVerdict()).toBe('fault secret_unusable no_user_and_password')
  })
})

describe('a token endpoint that repeats each response after the next request', () => {
  beforeAll(() => harness.configure({}))

  it.each([
    ['jwt_bearer', { back_end_assertion_key_ocid: KEY_OCID }],
    ['token_exchange', {}],
  ])('cannot make a caller get the token of another one (%s)', async (grant, changes) => {
    const userOf = (token = '') => token.split('.')[0]
    addKey(harness, KEY_OCID)
    await harness.start({ back_end_grant: grant, ...changes })
    harness.tokenEndpoint.replyWith(({ form }) => {
      const { assertion, subject_token } = form
      const user = assertion === undefined ? userOf(subject_token) : decodeJwt(assertion).sub
      const access_token = harness.registerSecret(
        `${String(user)}-${randomBytes(6).toString('hex')}`,
      )
      const body = harness.tokenAnswer({ access_token, issued_token_type: TYPE })
      return { body, delivery: 'repeated' }
    })
    harness.introspection.replyWith(({ form }) => ({
      body: harness.activeAnswer({ sub: userOf(form['token']) }),
    }))
    const users = ['alice', 'bob', 'carol', 'dave']
    const tokens: string[] = []
    for (const user of users) {
      const { backEndToken } = await harness.decide(`${user}.${randomBytes(12).toString('hex')}`)
      tokens.push(backEndToken.replace(/-[^-]*$/, ''))
    }

    expect(tokens).toEqual(users.map((user) => `Bearer ${user}`))
  })
})
