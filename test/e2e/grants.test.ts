import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { keepKey, KEY_OCID } from './support/assertions.ts'
import { opaqueToken } from './support/callers-tokens.ts'
import { startDoublingServer } from './support/doubling-server.ts'
import { startTestWorld } from './support/test-world.ts'
import { BACK_END_SCOPE, SECRET_OCIDS } from './support/world.ts'

const TYPE = 'urn:ietf:params:oauth:token-type:access_token'

const world = await startTestWorld()

describe('token_exchange', () => {
  beforeAll(() =>
    world.configure({ back_end_grant: 'token_exchange', back_end_exchange_audience: 'oic' }),
  )
  const exchanged = (members = {}) => ({
    body: world.tokenAnswer({ issued_token_type: TYPE, ...members }),
  })

  it('#49 RFC 8693 §2.1: sends the caller’s token to the configured endpoint only', async () => {
    world.tokenEndpoint.replyWith(() => exchanged())
    const token = opaqueToken()

    expect(await world.verdict(token)).toBe('permit permitted')
    expect(world.tokenEndpoint.requests.map(({ form }) => form)).toEqual([
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
    world.tokenEndpoint.replyWith(() => exchanged())
    const tokens = [opaqueToken(), opaqueToken()] as const
    const credentials: string[] = []
    for (const token of [...tokens, ...tokens]) {
      credentials.push((await world.decide(token)).backEndToken)
    }

    expect(new Set(credentials.slice(0, 2)).size).toBe(2)
    expect(credentials.slice(2)).toEqual(credentials.slice(0, 2))
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  it('exchanges nothing for a denied caller', async () => {
    world.introspection.replyWith({ body: { active: false } })

    expect(await world.verdict()).toBe('deny token_inactive')
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  // Cold: after failures for several callers, the endpoint is left alone for a while.
  it.each([
    ['no type', undefined],
    ['a refresh token', 'urn:ietf:params:oauth:token-type:refresh_token'],
    ['an ID token', 'urn:ietf:params:oauth:token-type:id_token'],
    ['a SAML assertion', 'urn:ietf:params:oauth:token-type:saml2'],
  ])('#49 RFC 8693 §2.2.1: is a fault if the response has %s', async (_case, type) => {
    await world.start()
    world.tokenEndpoint.replyWith(exchanged({ issued_token_type: type }))

    const { detailedVerdict } = await world.decide()

    expect(detailedVerdict).toBe('fault credential_unusable issued_token_type')
  })

  it('#46 RFC 8693 §2.2.1: is a fault if the token type is N_A', async () => {
    await world.start()
    world.tokenEndpoint.replyWith(exchanged({ token_type: 'N_A' }))

    expect((await world.decide()).detailedVerdict).toBe('fault credential_unusable not_bearer')
  })
})

describe('basic', () => {
  beforeAll(() =>
    world.configure({
      back_end_grant: 'basic',
      back_end_token_endpoint: undefined,
      back_end_app_client_id: undefined,
      back_end_scope: undefined,
    }),
  )
  const startWith = (secret: string) => {
    world.vault.addSecret(SECRET_OCIDS.backEnd, world.keepSecret(secret))
    return world.start()
  }

  it('RFC 7617: returns user name and password from Vault, without a token request', async () => {
    await startWith('integration.user:pa:ss wörd')

    const { verdict, backEndToken, line } = await world.decide()

    expect(verdict).toBe('permit permitted')
    const [scheme, credentials] = backEndToken.split(' ')
    expect(scheme).toBe('Basic')
    expect(Buffer.from(credentials ?? '', 'base64').toString()).toBe('integration.user:pa:ss wörd')
    expect(line['back_end_cache']).toBe('off')
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it('has a warning at each cold start, as legacy', async () => {
    await startWith('user:password-of-integration')
    await world.decide()

    expect(JSON.stringify(world.logged('config_warning'))).toContain('legacy')
  })

  it.each(['no-colon-in-here', ':password-alone', 'user:', 'user:with\na-line-break'])(
    'is a fault if the secret is not user:password: %j',
    async (secret) => {
      await startWith(secret)

      const { detailedVerdict } = await world.decide()

      expect(detailedVerdict).toBe('fault secret_unusable no_user_and_password')
    },
  )
})

describe('a token endpoint that sends a response twice, the second time after the next request', () => {
  beforeAll(() => world.configure({}))

  it.each([
    ['jwt_bearer', { back_end_assertion_key_ocid: KEY_OCID }],
    ['token_exchange', {}],
  ])('never gives one caller the token of another (%s)', async (grant, changes) => {
    const server = await startDoublingServer((form) => {
      const assertion = form.get('assertion')
      const name =
        assertion === null ? form.get('subject_token')?.split('.')[0] : decodeJwt(assertion).sub
      const token = world.keepSecret(`of-${String(name)}-${randomBytes(6).toString('hex')}`)
      return world.tokenAnswer({ access_token: token, issued_token_type: TYPE })
    })
    keepKey(world, KEY_OCID)
    await world.start({
      back_end_grant: grant,
      back_end_token_endpoint: server.url,
      ...changes,
    })
    world.introspection.replyWith(({ form }) => ({
      body: world.activeAnswer({ sub: form['token']?.split('.')[0] }),
    }))
    const names = ['alice', 'bob', 'carol', 'dave']
    const credentials: string[] = []
    for (const name of names) {
      const { backEndToken } = await world.decide(`${name}.${randomBytes(12).toString('hex')}`)
      credentials.push(backEndToken.replace(/-[^-]*$/, ''))
    }
    server.close()

    expect(credentials).toEqual(names.map((name) => `Bearer of-${name}`))
  })
})
