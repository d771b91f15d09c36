import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { jwtToken, opaqueToken } from './support/callers-tokens.ts'
import { startDoublingServer } from './support/doubling-server.ts'
import { createSigner } from './support/signing.ts'
import {
  BACK_END_SCOPE,
  CLIENT_IDS,
  SECRET_OCIDS,
  startWorld,
  type World,
} from './support/world.ts'

const KEY_OCID = 'ocid1.vaultsecret.oc1.phx.assertionkey'
const IDENTITY_DOMAINS = 'https://identity.oraclecloud.com/'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A private key in Vault, of which no line may be printed. */
function keepKey(ocid: string, text: string): void {
  for (const line of text.split('\n').filter((each) => each.length > 40)) world.keepSecret(line)
  world.vault.addSecret(ocid, text)
}

async function verified(assertion: string | undefined) {
  return jwtVerify(world.keepSecret(assertion ?? ''), publicKey)
}

function credentialOf(answer: Awaited<ReturnType<World['decide']>>['answer']): string {
  return String((answer?.['context'] as Record<string, unknown> | undefined)?.['back_end_token'])
}

/** The answer of introspection for this user. */
function user(sub: unknown, members = {}) {
  return { body: world.activeAnswer({ sub, ...members }) }
}

describe('private_key_jwt', () => {
  it('#48 RFC 7523 §2.2: authenticates with a fresh assertion each time, and no secret is sent', async () => {
    keepKey(SECRET_OCIDS.backEnd, PEM)
    await world.start({
      back_end_client_auth: 'private_key_jwt',
      back_end_assertion_key_id: 'our-certificate',
    })
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
    const { payload, protectedHeader } = await verified(one?.form['client_assertion'])
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'our-certificate' })
    expect(payload).toMatchObject({
      iss: CLIENT_IDS.backEnd,
      sub: CLIENT_IDS.backEnd,
      aud: IDENTITY_DOMAINS,
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
    const other = await verified(two?.form['client_assertion'])
    expect(other.payload.jti).not.toBe(payload.jti)
  })

  it('is a fault with a secret that is not a key', async () => {
    await world.start({ back_end_client_auth: 'private_key_jwt' })

    const { verdict, line } = await world.decide()

    expect([verdict, line['detail']]).toEqual(['fault secret_unusable', 'no_private_key'])
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it.each([
    ['escaped', PEM.replaceAll('\n', '\\n')],
    ['blanks', PEM.replaceAll('\n', ' ')],
    ['missing, in a JSON secret', JSON.stringify({ private_key: PEM.replaceAll('\n', '') })],
  ])('reads a key whose line breaks are %s', async (_how, secret) => {
    keepKey(SECRET_OCIDS.backEnd, secret)
    await world.start({ back_end_client_auth: 'private_key_jwt' })

    expect((await world.decide()).verdict).toBe('permit permitted')
    const { payload } = await verified(world.tokenEndpoint.requests[0]?.form['client_assertion'])
    expect(payload.sub).toBe(CLIENT_IDS.backEnd)
  })

  it('logs that line breaks are missing if they were replaced', async () => {
    keepKey(SECRET_OCIDS.backEnd, PEM.replaceAll('\n', 'n'))
    await world.start({ back_end_client_auth: 'private_key_jwt' })

    const { verdict, line } = await world.decide()

    expect([verdict, line['detail']]).toEqual(['fault secret_unusable', 'line_breaks_missing'])
  })
})

describe('jwt_bearer', () => {
  const withAssertions = (changes = {}) => {
    keepKey(KEY_OCID, PEM)
    return world.start({
      back_end_grant: 'jwt_bearer',
      back_end_assertion_key_ocid: KEY_OCID,
      back_end_assertion_key_id: 'our-certificate',
      ...changes,
    })
  }

  it('RFC 7523 §2.1: requests a token for the calling user with a new user assertion', async () => {
    await withAssertions()
    world.introspection.replyWith(user('alice@example.com'))

    const { verdict, answer } = await world.decide()

    expect(verdict).toBe('permit permitted')
    expect(credentialOf(answer)).toMatch(/^Bearer back-end-token-/)
    const [request] = world.tokenEndpoint.requests
    expect(request?.headers.authorization).toMatch(/^Basic /)
    expect(request?.form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      scope: BACK_END_SCOPE,
    })
    const { payload, protectedHeader } = await verified(request?.form['assertion'])
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
    await withAssertions()
    const credentials: string[] = []
    for (const name of ['alice', 'bob', 'alice', 'bob']) {
      world.introspection.replyWith(user(name))
      credentials.push(credentialOf((await world.decide()).answer))
    }

    const [alice, bob, ...again] = credentials
    expect(alice).not.toBe(bob)
    expect(again).toEqual([alice, bob])
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  it('takes the name from the configured claim', async () => {
    await withAssertions({ back_end_assertion_subject_claim: 'email' })
    world.introspection.replyWith(user('4711', { email: 'alice@example.com' }))
    await world.decide()

    const { payload } = await verified(world.tokenEndpoint.requests[0]?.form['assertion'])
    expect(payload.sub).toBe('alice@example.com')
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
  ])('denies a token that %s, without a token request', async (_case, members) => {
    await withAssertions()
    world.introspection.replyWith({ body: world.activeAnswer(members) })

    const { verdict, answer } = await world.decide()

    expect(verdict).toBe('deny subject_missing')
    expect(answer?.['context']).toEqual({ responseCode: '401' })
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it.each([false, 'false', null])(
    'denies an unverified e-mail address (%j), without a token request',
    async (flag) => {
      await withAssertions({
        back_end_assertion_subject_claim: 'email',
        back_end_assertion_user_controlled_claim: 'accept',
      })
      world.introspection.replyWith(user('4711', { email: 'a@example.com', email_verified: flag }))

      const { verdict, line } = await world.decide()

      expect([verdict, line['detail']]).toEqual(['deny subject_missing', 'not_verified'])
      expect(world.tokenEndpoint.requests).toEqual([])
    },
  )

  it.each([
    ['an application’s', { idtyp: 'app' }, 'application'],
    ['one whose address is not verified', { email_verified: false }, 'not_verified'],
  ])(
    'denies a JWT that is %s, even if the introspection response does not say so',
    async (...row) => {
      const [, claims, detail] = row
      await withAssertions({
        back_end_assertion_subject_claim: 'email',
        back_end_assertion_user_controlled_claim: 'accept',
      })
      world.introspection.replyWith(user('4711', { email: 'a@example.com' }))

      const { verdict, line } = await world.decide(jwtToken({ sub: '4711', ...claims }))

      expect([verdict, line['detail']]).toEqual(['deny subject_missing', detail])
      expect(world.tokenEndpoint.requests).toEqual([])
    },
  )

  it('warns of a claim that users can change, unless it is accepted', async () => {
    const warningsWith = async (claim: string, accepted?: string) => {
      const before = world.function.jsonLog().length
      await withAssertions({
        back_end_assertion_subject_claim: claim,
        back_end_assertion_user_controlled_claim: accepted,
      })
      await world.decide()
      const lines = world.function.jsonLog().slice(before)
      return JSON.stringify(lines.filter(({ event }) => event === 'config_warning'))
    }
    const key = 'back_end_assertion_subject_claim'

    for (const claim of [
      'email',
      'preferred_username',
      'upn',
      'name',
      'nickname',
      'https://x/email',
    ]) {
      expect(await warningsWith(claim)).toContain(key)
    }
    expect(await warningsWith('email', 'accept')).not.toContain(key)
    expect(await warningsWith('employee_number')).not.toContain(key)
  })

  it('#52: gets separate tokens for names that differ in case', async () => {
    await withAssertions()
    const credentials: string[] = []
    for (const name of ['alice', 'Alice', 'ALICE', 'alice']) {
      world.introspection.replyWith(user(name))
      credentials.push(credentialOf((await world.decide()).answer))
    }

    expect(new Set(credentials).size).toBe(3)
    expect(credentials[3]).toBe(credentials[0])
    const names = await Promise.all(
      world.tokenEndpoint.requests.map(async ({ form }) => verified(form['assertion'])),
    )
    expect(names.map(({ payload }) => payload.sub)).toEqual(['alice', 'Alice', 'ALICE'])
  })

  it('signs with the client’s key if it has no other', async () => {
    keepKey(SECRET_OCIDS.backEnd, PEM)
    await world.start({ back_end_grant: 'jwt_bearer', back_end_client_auth: 'private_key_jwt' })

    expect((await world.decide()).verdict).toBe('permit permitted')
    const form = world.tokenEndpoint.requests[0]?.form ?? {}
    const assertions = [form['assertion'], form['client_assertion']]
    const [ofUser, ofClient] = await Promise.all(assertions.map(verified))
    expect([ofUser?.payload.sub, ofClient?.payload.sub]).toEqual(['alice', CLIENT_IDS.backEnd])
    expect(decodeProtectedHeader(form['assertion'] ?? '')).not.toHaveProperty('kid')
  })

  it('is a fault with a hint if the user is unknown', async () => {
    await withAssertions()
    world.tokenEndpoint.replyWith({ status: 400, body: { error: 'invalid_grant' } })

    const { verdict, line } = await world.decide()

    expect([verdict, line['detail']]).toEqual(['fault credential_refused', 'invalid_grant'])
    expect(line['hint']).toMatch(/user exist/)
  })
})

describe('token_exchange', () => {
  const TYPE = 'urn:ietf:params:oauth:token-type:access_token'
  const exchanged = (members = {}) => ({
    body: world.tokenAnswer({ issued_token_type: TYPE, ...members }),
  })
  const withExchange = () =>
    world.start({ back_end_grant: 'token_exchange', back_end_exchange_audience: 'oic' })

  it('#49 RFC 8693 §2.1: sends the caller’s token to the configured endpoint only', async () => {
    await withExchange()
    world.tokenEndpoint.replyWith(() => exchanged())
    const token = opaqueToken()

    expect((await world.decide(token)).verdict).toBe('permit permitted')
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
    await withExchange()
    world.tokenEndpoint.replyWith(() => exchanged())
    const tokens = [opaqueToken(), opaqueToken()] as const
    const credentials: string[] = []
    for (const token of [...tokens, ...tokens]) {
      credentials.push(credentialOf((await world.decide(token)).answer))
    }

    expect(new Set(credentials.slice(0, 2)).size).toBe(2)
    expect(credentials.slice(2)).toEqual(credentials.slice(0, 2))
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  it('exchanges nothing for a denied caller', async () => {
    await withExchange()
    world.introspection.replyWith({ body: { active: false } })

    expect((await world.decide()).verdict).toBe('deny token_inactive')
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it.each([
    ['no type', undefined],
    ['a refresh token', 'urn:ietf:params:oauth:token-type:refresh_token'],
    ['an ID token', 'urn:ietf:params:oauth:token-type:id_token'],
    ['a SAML assertion', 'urn:ietf:params:oauth:token-type:saml2'],
  ])('#49 RFC 8693 §2.2.1: is a fault if the response has %s', async (_case, type) => {
    await withExchange()
    world.tokenEndpoint.replyWith(exchanged({ issued_token_type: type }))

    const { verdict, line } = await world.decide()

    expect([verdict, line['detail']]).toEqual(['fault credential_unusable', 'issued_token_type'])
  })

  it('#46 RFC 8693 §2.2.1: is a fault if the token type is N_A', async () => {
    await withExchange()
    world.tokenEndpoint.replyWith(exchanged({ token_type: 'N_A' }))

    const { verdict, line } = await world.decide()

    expect([verdict, line['detail']]).toEqual(['fault credential_unusable', 'not_bearer'])
  })
})

describe('basic', () => {
  const withBasic = (secret: string) => {
    world.keepSecret(secret)
    world.vault.addSecret(SECRET_OCIDS.backEnd, secret)
    return world.start({
      back_end_grant: 'basic',
      back_end_token_endpoint: undefined,
      back_end_app_client_id: undefined,
      back_end_scope: undefined,
    })
  }

  it('RFC 7617: returns user name and password from Vault, without a token request', async () => {
    await withBasic('integration.user:pa:ss wörd')

    const { verdict, answer, line } = await world.decide()

    expect(verdict).toBe('permit permitted')
    const [scheme, credentials] = credentialOf(answer).split(' ')
    expect(scheme).toBe('Basic')
    expect(Buffer.from(credentials ?? '', 'base64').toString()).toBe('integration.user:pa:ss wörd')
    expect(line['back_end_cache']).toBe('off')
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it('has a warning at each cold start, as legacy', async () => {
    await withBasic('user:password-of-integration')
    await world.decide()

    const warning = world.function.jsonLog().findLast(({ event }) => event === 'config_warning')
    expect(JSON.stringify(warning)).toContain('legacy')
  })

  it.each(['no-colon-in-here', ':password-alone', 'user:', 'user:with\na-line-break'])(
    'is a fault if the secret is not user:password: %j',
    async (secret) => {
      await withBasic(secret)

      const { verdict, line } = await world.decide()

      expect([verdict, line['detail']]).toEqual(['fault secret_unusable', 'no_user_and_password'])
    },
  )
})

describe('a JSON secret', () => {
  it('holds client id and secret, so that both are rotated in one step', async () => {
    const secret = world.keepSecret('the-secret-in-the-json')
    const json = JSON.stringify({ client_id: 'successor', client_secret: secret })
    world.vault.addSecret(SECRET_OCIDS.backEnd, json)
    await world.start()
    await world.decide()

    const expected = Buffer.from(`successor:${secret}`).toString('base64')
    expect(world.tokenEndpoint.requests[0]?.headers.authorization).toBe(`Basic ${expected}`)
  })
})

describe('the backend’s token', () => {
  const jwt = (claims: Readonly<Record<string, unknown>>) =>
    world.keepSecret(createSigner().token(claims))
  const warningsAfter = async (claims: Readonly<Record<string, unknown>>): Promise<unknown[]> => {
    await world.start()
    const linesBefore = world.function.jsonLog().length
    world.tokenEndpoint.replyWith(() => ({
      body: world.tokenAnswer({ access_token: jwt(claims) }),
    }))
    expect((await world.decide()).verdict).toBe('permit permitted')
    await world.decide()
    return world.function
      .jsonLog()
      .slice(linesBefore)
      .filter(({ event }) => event === 'warning')
      .map(({ reason, backend }) => [reason, backend])
  }
  const [audience = '', scope = ''] = BACK_END_SCOPE.split(/(?=urn:)/)

  it('that matches the request has no warning', async () => {
    expect(await warningsAfter({ aud: [audience, 'urn:other'], scope })).toEqual([])
  })

  it.each([
    ['another audience', { aud: 'https://other:443', scope }, 'backend_audience_mismatch'],
    ['another scope', { aud: audience, scope: 'urn:other' }, 'backend_scope_mismatch'],
  ])('with %s has one warning and is used', async (_case, claims, reason) => {
    expect(await warningsAfter(claims)).toEqual([[reason, 'default']])
  })
})

describe('a token response', () => {
  it.each(['text/html', 'text/plain', 'application/octet-stream'])(
    'with the media type %s is rejected, with the reason in the log',
    async (type) => {
      await world.start()
      const body = world.tokenAnswer()
      world.tokenEndpoint.replyWith({ headers: { 'content-type': type }, body })

      const { verdict, line } = await world.decide()

      expect([verdict, line['detail']]).toEqual(['fault credential_unusable', 'media_type'])
    },
  )
})

describe('a token endpoint that sends a response twice, the second time after the next request', () => {
  it.each(['jwt_bearer', 'token_exchange'])(
    'never gives one caller the token of another (%s)',
    async (grant) => {
      const server = await startDoublingServer((form) => {
        const assertion = form.get('assertion')
        const name =
          assertion === null ? form.get('subject_token')?.split('.')[0] : decodeJwt(assertion).sub
        const token = `of-${String(name)}-${randomBytes(6).toString('hex')}`
        return world.tokenAnswer({
          access_token: world.keepSecret(token),
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        })
      })
      keepKey(KEY_OCID, PEM)
      await world.start({
        back_end_grant: grant,
        back_end_token_endpoint: server.url,
        ...(grant === 'jwt_bearer' ? { back_end_assertion_key_ocid: KEY_OCID } : {}),
      })
      world.introspection.replyWith(({ form }) => user(form['token']?.split('.')[0]))
      const credentials: string[] = []
      for (const name of ['alice', 'bob', 'carol', 'dave']) {
        const { answer } = await world.decide(`${name}.${randomBytes(12).toString('hex')}`)
        credentials.push(credentialOf(answer).replace(/-[^-]*$/, ''))
      }
      server.close()

      expect(credentials).toEqual(
        ['alice', 'bob', 'carol', 'dave'].map((name) => `Bearer of-${name}`),
      )
    },
  )
})

describe('an assertion', () => {
  it('RFC 7523 §3: is never sent twice, even if the server drops kept connections', async () => {
    keepKey(SECRET_OCIDS.backEnd, PEM)
    await world.start({ back_end_grant: 'jwt_bearer', back_end_client_auth: 'private_key_jwt' })
    for (const name of ['alice', 'bob', 'carol']) {
      world.introspection.replyWith(user(name))
      world.tokenEndpoint.replyWith(() => ({
        body: world.tokenAnswer(),
        delivery: 'dropped_if_kept',
      }))
      expect((await world.decide()).verdict).toBe('permit permitted')
    }

    const forms = world.tokenEndpoint.requests.map(({ form }) => form)
    const assertions = forms.flatMap((form) => [form['assertion'], form['client_assertion']])
    const ids = await Promise.all(
      assertions.map(async (each) => (await verified(each)).payload.jti),
    )
    expect(new Set(ids).size).toBe(assertions.length)
  })
})
