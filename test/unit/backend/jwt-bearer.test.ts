import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { createJwtBearerGrant } from '../../../src/backend/jwt-bearer.ts'
import type { BackendCall } from '../../../src/backend/credential.ts'
import { readUserName } from '../../../src/backend/user-name.ts'
import type { IssuerConfig, JwtBearerGrantConfig } from '../../../src/config/model.ts'
import { denial, fault, type Fault } from '../../../src/decision.ts'
import type { AuthenticatingClient } from '../../../src/oauth/client-authentication.ts'
import type { TokenFailure } from '../../../src/oauth/token-endpoint.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { recordingSecretCache } from '../support/secret-caches.ts'
import { deadlineWith, START, StandingClock } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'
import {
  callBy,
  recordingTokenEndpoint,
  REGISTRATION,
  sendRequest,
} from '../support/tokens-for-backends.ts'

function newKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString()
}
const [CLIENT_KEY, OWN_KEY] = [newKey(), newKey()]

const GRANT: JwtBearerGrantConfig = {
  kind: 'jwt_bearer',
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: 'urn:opc:resource:consumer::all',
  subjectClaim: 'sub',
  acceptsUserControlledClaim: false,
  assertionKeyOcid: undefined,
}
const OWN_OCID = 'ocid1.vaultsecret.oc1..assertions'
const DEADLINE = deadlineWith(1_234)

/** As the exchange has it, once the secret was read: the client id may be the secret's. */
const CLIENT: AuthenticatingClient = {
  clientId: 'invoker-by-secret',
  method: 'private_key_jwt',
  secret: new Redacted(CLIENT_KEY),
  assertion: REGISTRATION.assertion,
}

interface Ports {
  readonly config?: Partial<JwtBearerGrantConfig>
  /** What Vault has under any name. */
  readonly vault?: string | Fault
  readonly outcome?: TokenFailure
  readonly provider?: IssuerConfig['provider']
}

function grantIn({ config, vault = OWN_KEY, outcome, provider }: Ports = {}) {
  const { secrets, reads } = recordingSecretCache(vault)
  const { requests, requestToken } = recordingTokenEndpoint(outcome)
  const grant = createJwtBearerGrant(
    { ...GRANT, ...config },
    { requestToken, secrets, clock: new StandingClock(), providerOf: () => provider },
  )
  const request = () => sendRequest(grant, DEADLINE)
  /** What would be sent as this client. */
  const formOf = async (client = CLIENT) => {
    await request()
    const form = requests[0]?.form
    if (typeof form !== 'function') throw new Error('an assertion is for a single use')
    return form(client)
  }
  return { grant, reads, requests, request, formOf }
}

function isSignedBy(jwt: string, privateKey: string): boolean {
  const [header, payload, signature = ''] = jwt.split('.')
  return verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    createPublicKey(privateKey),
    Buffer.from(signature, 'base64url'),
  )
}

describe('the grant by user assertion', () => {
  it('authenticates at the token endpoint as the registered client', async () => {
    const { requests, request } = grantIn()

    const credential = await request()

    expect(requests).toStrictEqual([{ ...GRANT, form: expect.any(Function) }])
    expect(credential).toStrictEqual(
      success({ authorization: new Redacted('Bearer abc'), expiresAt: START + 600 }),
    )
    expect(credential.ok && credential.value.authorization.reveal()).toBe('Bearer abc')
  })

  it('RFC 7523 §2.1: sends an assertion by us about the user, for ten minutes', async () => {
    const form = await grantIn().formOf()

    const assertion = form.ok ? (form.value['assertion'] ?? '') : ''
    expect(form).toStrictEqual(
      success({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
        scope: GRANT.scope,
      }),
    )
    expect(readUnverifiedJwt(assertion)).toStrictEqual({
      header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      payload: {
        iss: 'invoker-by-secret',
        sub: 'jdoe',
        aud: 'https://identity.oraclecloud.com/',
        iat: START,
        exp: START + 600,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    })
  })

  it('signs with the client’s key, and reads no other', async () => {
    const { reads, formOf } = grantIn()

    const form = await formOf()

    expect(form.ok && isSignedBy(form.value['assertion'] ?? '', CLIENT_KEY)).toBe(true)
    expect(reads).toStrictEqual([])
  })

  it.each([
    ['a key', OWN_KEY],
    ['an object with a key', JSON.stringify({ private_key: OWN_KEY })],
  ])('signs with %s for assertions if one is configured', async (_case, vault) => {
    const { reads, formOf } = grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault })

    const form = await formOf({ ...CLIENT, secret: new Redacted('a client secret') })

    expect(form.ok && isSignedBy(form.value['assertion'] ?? '', OWN_KEY)).toBe(true)
    expect(reads).toStrictEqual([[OWN_OCID, DEADLINE]])
  })

  it('makes each assertion anew', async () => {
    const { requests, formOf } = grantIn()
    const first = await formOf()
    const again = requests[0]?.form
    const second = typeof again === 'function' && (await again(CLIENT))

    const ids = [first, second].map((form) =>
      form !== false && form.ok
        ? readUnverifiedJwt(form.value['assertion'] ?? '')?.payload
        : undefined,
    )
    expect(ids[0]).not.toStrictEqual(ids[1])
  })

  it('passes on the fault of a key that could not be had', async () => {
    const vault = fault('secret_unavailable', { detail: 'status_404' })

    const form = await grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault }).formOf()

    expect(form).toStrictEqual(failure(vault))
  })

  it.each([
    ['no key', 'a password', 'no_private_key'],
    [
      'a weak key',
      generateKeyPairSync('rsa', { modulusLength: 1024 })
        .privateKey.export({ format: 'pem', type: 'pkcs8' })
        .toString(),
      'private_key_weak',
    ],
  ])('is a fault with a detail for %s', async (_case, vault, detail) => {
    const configured = await grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault }).formOf()
    const clients = await grantIn().formOf({ ...CLIENT, secret: new Redacted(vault) })

    const secret = 'ocid1.vaultsecret.oc1..assertions'
    expect([configured, clients]).toStrictEqual([
      failure(fault('secret_unusable', { secret, detail })),
      failure(fault('secret_unusable', { detail })),
    ])
  })

  it('is a fault if it is rejected', async () => {
    const refused = { kind: 'refused', detail: 'access_denied', retryAfter: seconds(7) } as const

    expect(await grantIn({ outcome: refused }).request()).toStrictEqual(
      failure({
        fault: fault('credential_refused', { detail: 'access_denied' }),
        reach: 'caller',
        retryAfter: 7,
      }),
    )
  })
})

describe('the user of an assertion', () => {
  const nameOf = (
    claims: object,
    call: Partial<BackendCall> = {},
    config: Partial<JwtBearerGrantConfig> = {},
    provider?: IssuerConfig['provider'],
  ) => {
    const { grant } = grantIn({ config, provider })
    const calling = callBy({ claims: jsonObject(claims), ...call })
    const request = grant.requestFor(calling)
    const name = readUserName(calling, provider, { ...GRANT, ...config })
    return request.ok && name.ok ? name.value : !request.ok && request.error
  }
  const missing = (detail: string) => denial('subject_missing', { detail })

  it.each([
    ['a name with a blank', 'j doe'],
    ['a name of 256 characters', 'x'.repeat(256)],
    ['a name of one character', 'x'],
    ['a name in another script', 'Zoë Łukasz 王'],
    ['a name in capitals', 'JDoe'],
    ['a name with the prefix of service accounts within', 'jdoe.service-account-crm'],
    ['a name with the suffix of applications at Auth0 within', 'jdoe@clients.example'],
  ])('is %s as it is', (_case, sub) => {
    expect(nameOf({ sub })).toBe(sub)
  })

  it('is named by the configured claim only', () => {
    const config = { subjectClaim: 'employee' }

    expect(nameOf({ sub: 'jdoe', employee: 'e4711' }, {}, config)).toBe('e4711')
    expect(nameOf({ sub: 'jdoe' }, {}, config)).toStrictEqual(missing('claim_missing'))
  })

  it.each([
    ['is absent', undefined, 'claim_missing'],
    ['is empty', '', 'claim_missing'],
    ['is blank', '  ', 'name_malformed'],
    ['begins with a blank', ' jdoe', 'name_malformed'],
    ['ends with a blank', 'jdoe ', 'name_malformed'],
    ['ends with a no-break space', 'jdoe\u00a0', 'name_malformed'],
    ['has an ideographic space', 'j\u3000doe', 'name_malformed'],
    ['is longer than 256 characters', 'x'.repeat(257), 'name_malformed'],
    ['has a line break', 'jdoe\nadmin', 'name_malformed'],
    ['has a NUL', 'jdoe\0', 'name_malformed'],
    ['has a control character beyond ASCII', 'jdoe\u0085', 'name_malformed'],
    ['has a zero-width space', 'jd\u200boe', 'name_malformed'],
    ['has a soft hyphen', 'jd\u00adoe', 'name_malformed'],
    ['changes its direction', 'jd\u202eoe', 'name_malformed'],
    ['begins with a byte order mark', '\ufeffjdoe', 'name_malformed'],
    ['has a line separator', 'jd\u2028oe', 'name_malformed'],
    ['has a paragraph separator', 'jd\u2029oe', 'name_malformed'],
    ['has a lone high surrogate', 'jd\ud800oe', 'name_malformed'],
    ['has a lone low surrogate', 'jd\udc00oe', 'name_malformed'],
    ['is a Keycloak service account', 'service-account-crm', 'application'],
    ['is an application at Auth0', 'a1b2c3@clients', 'application'],
  ])('is missing if the name %s', (_case, sub, detail) => {
    expect(nameOf(sub === undefined ? {} : { sub })).toStrictEqual(missing(detail))
  })

  it.each([
    ['sub_type', { sub_type: 'client' }],
    ['idtyp', { idtyp: 'app' }],
    ['gty', { gty: 'client-credentials' }],
    ['preferred_username', { preferred_username: 'service-account-crm' }],
    ['username', { username: 'service-account-crm' }],
    ['a `sub` that is the client id', { sub: 'partner-a' }],
    ['a `sub` of Auth0’s clients', { sub: 'a1b2@clients' }],
  ])('is missing if the token is an application’s by %s', (_case, members) => {
    const config = { subjectClaim: 'employee' }

    expect(nameOf({ sub: 'jdoe', employee: 'e4711', ...members }, {}, config)).toStrictEqual(
      missing('application'),
    )
  })

  it('RFC 9068 §5: is missing if the name is the client’s', () => {
    expect(nameOf({ sub: 'partner-a' }, { clientId: 'partner-a' })).toStrictEqual(
      missing('application'),
    )
    expect(nameOf({ sub: 'partner-a' }, { clientId: undefined })).toBe('partner-a')
  })

  it('is a user if the token says so', () => {
    expect(nameOf({ sub: 'jdoe', sub_type: 'user', idtyp: 'user', gty: 'password' })).toBe('jdoe')
    expect(nameOf({ sub: 'jdoe', '': 'client' })).toBe('jdoe')
  })

  describe('by e-mail address', () => {
    const email = 'j@example.com'
    const by = (
      members: object,
      provider?: IssuerConfig['provider'],
      acceptsUserControlledClaim = false,
    ) =>
      nameOf(
        { sub: 'jdoe', email, ...members },
        {},
        { subjectClaim: 'email', acceptsUserControlledClaim },
        provider,
      )
    const PROVIDERS = [undefined, 'entra', 'keycloak', 'auth0', 'okta', 'oci_iam', 'oidc'] as const

    it.each(PROVIDERS)('is a user if the address is verified (%s)', (provider) => {
      expect(by({ email_verified: true }, provider)).toBe(email)
      expect(by({ email_verified: 'true' }, provider)).toBe(email)
    })

    it.each(PROVIDERS)(
      'is missing if it is not verified, whatever is accepted (%s)',
      (provider) => {
        for (const flag of [false, 'false', null, 0, 1, 'yes', {}]) {
          expect(by({ email_verified: flag }, provider, true)).toStrictEqual(
            missing('not_verified'),
          )
        }
      },
    )

    it('is missing if a provider that sends email_verified omits it, unless that is accepted', () => {
      const verdicts = PROVIDERS.map((provider) => [
        provider,
        typeof by({}, provider),
        typeof by({}, provider, true),
      ])

      expect(verdicts).toStrictEqual([
        [undefined, 'string', 'string'],
        ['entra', 'object', 'string'],
        ['keycloak', 'object', 'string'],
        ['auth0', 'object', 'string'],
        ['okta', 'object', 'string'],
        ['oci_iam', 'string', 'string'],
        ['oidc', 'string', 'string'],
      ])
    })

    it('is missing if another claim is marked as not verified', () => {
      const config = { subjectClaim: 'phone_number' }
      const claims = { sub: 'jdoe', phone_number: '+1 555', phone_number_verified: false }

      expect(nameOf(claims, {}, config)).toStrictEqual(missing('not_verified'))
    })

    it.each(['https://example.com/email', 'email-address', 'Mail'])(
      'is missing if the claim %s is not verified, even if only one of two members says so',
      (subjectClaim) => {
        const claims = { sub: 'jdoe', [subjectClaim]: email }
        const own = `${subjectClaim}_verified`
        const states = [
          { email_verified: false },
          { email_verified: false, [own]: true },
          { email_verified: true, [own]: false },
        ]

        for (const state of states) {
          expect(nameOf({ ...claims, ...state }, {}, { subjectClaim })).toStrictEqual(
            missing('not_verified'),
          )
        }
        expect(nameOf({ ...claims, email_verified: true, [own]: true }, {}, { subjectClaim })).toBe(
          email,
        )
      },
    )
  })
})

describe('the cache key of a user', () => {
  const keyOf = (sub: string, issuer = 'callers') => {
    const request = grantIn().grant.requestFor(callBy({ issuer, claims: jsonObject({ sub }) }))
    return request.ok ? request.value.key : request.error.reason
  }

  it('differs by each character of the name, capitals and composed forms included', () => {
    const names = [
      'jdoe',
      'JDOE',
      'jDoe',
      'j doe',
      'jdoe.',
      'Zo\u00eb',
      'Zoe\u0308',
      'ß',
      'ss',
      'x'.repeat(255),
      'x'.repeat(256),
    ]

    expect(new Set(names.map((name) => keyOf(name))).size).toBe(names.length)
  })

  it('differs by issuer, and issuer and name cannot be mistaken for each other', () => {
    expect(keyOf('b', 'a')).not.toBe(keyOf('b', 'A'))
    expect(keyOf('bc', 'a')).not.toBe(keyOf('c', 'ab'))
    expect(keyOf('","b', 'a')).not.toBe(keyOf('b', 'a","'))
  })
})
