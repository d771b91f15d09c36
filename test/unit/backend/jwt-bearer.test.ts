/**
 * Owns the proof of what a user assertion says, by which key it is signed, and for whom there is
 * none (RFC 7523 §2.1).
 * I/O: none; keys are made at run time.
 */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { createJwtBearerGrant } from '../../../src/backend/jwt-bearer.ts'
import type { BackendCall } from '../../../src/backend/credential.ts'
import type { JwtBearerGrantConfig } from '../../../src/config/model.ts'
import { denial, fault, type Fault } from '../../../src/decision.ts'
import type { AuthenticatingClient } from '../../../src/oauth/client-authentication.ts'
import type { TokenFailure } from '../../../src/oauth/token-endpoint.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { recordingSecrets } from '../support/secret-stores.ts'
import { deadlineWith, START, StandingClock } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'
import { callBy, recordingTokenEndpoint, REGISTRATION } from '../support/tokens-for-backends.ts'

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
}

function grantIn({ config, vault = OWN_KEY, outcome }: Ports = {}) {
  const { secrets, reads } = recordingSecrets(vault)
  const { requests, requestToken } = recordingTokenEndpoint(outcome)
  const grant = createJwtBearerGrant(
    { ...GRANT, ...config },
    { requestToken, secrets, clock: new StandingClock() },
  )
  const request = () => grant.request({ key: 'key of jdoe', name: 'jdoe' }, DEADLINE)
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
  it('asks the token endpoint as the registered client', async () => {
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

  it('signs with the client’s own key, and reads no other', async () => {
    const { reads, formOf } = grantIn()

    const form = await formOf()

    expect(form.ok && isSignedBy(form.value['assertion'] ?? '', CLIENT_KEY)).toBe(true)
    expect(reads).toStrictEqual([])
  })

  it.each([
    ['a key', OWN_KEY],
    ['an object with a key', JSON.stringify({ private_key: OWN_KEY })],
  ])('signs with %s for assertions where one is configured', async (_case, vault) => {
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
  ])('takes %s for a fault, and says what is wrong', async (_case, vault, detail) => {
    const configured = await grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault }).formOf()
    const clients = await grantIn().formOf({ ...CLIENT, secret: new Redacted(vault) })

    const secret = 'ocid1.vaultsecret.oc1..assertions'
    expect([configured, clients]).toStrictEqual([
      failure(fault('secret_unusable', { secret, detail })),
      failure(fault('secret_unusable', { detail })),
    ])
  })

  it('takes a refusal for a fault', async () => {
    const refused = { kind: 'refused', detail: 'access_denied', retryAfter: seconds(7) } as const

    expect(await grantIn({ outcome: refused }).request()).toStrictEqual(
      failure({
        fault: fault('credential_refused', { detail: 'access_denied' }),
        reach: 'everybody',
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
  ) => {
    const { grant } = grantIn({ config })
    const subject = grant.subjectOf(callBy({ claims: jsonObject(claims), ...call }))
    return subject.ok ? subject.value.name : subject
  }
  const MISSING = failure(denial('subject_missing'))

  it.each([
    ['a name', 'jdoe'],
    ['a name with blanks', ' j doe '],
    ['a name of 256 characters', 'x'.repeat(256)],
    ['a name of one character', 'x'],
  ])('is %s as it stands', (_case, sub) => {
    expect(nameOf({ sub })).toBe(sub)
  })

  it('is named by the configured claim alone', () => {
    const config = { subjectClaim: 'email' }

    expect(nameOf({ sub: 'jdoe', email: 'j@example.com' }, {}, config)).toBe('j@example.com')
    expect(nameOf({ sub: 'jdoe' }, {}, config)).toStrictEqual(MISSING)
  })

  it.each([
    ['is absent', {}],
    ['is empty', { sub: '' }],
    ['is blank', { sub: '  ' }],
    ['is longer than 256 characters', { sub: 'x'.repeat(257) }],
    ['breaks the line', { sub: 'jdoe\nadmin' }],
    ['has a NUL', { sub: 'jdoe\0' }],
    ['has a control character beyond ASCII', { sub: 'jdoe\u0085' }],
    ['is a client’s by the word of the token', { sub: 'jdoe', sub_type: 'client' }],
  ])('is nobody where the name %s', (_case, claims) => {
    expect(nameOf(claims)).toStrictEqual(MISSING)
  })

  it('RFC 9068 §5: is nobody where the name is the client’s own', () => {
    expect(nameOf({ sub: 'partner-a' }, { clientId: 'partner-a' })).toStrictEqual(MISSING)
    expect(nameOf({ sub: 'partner-a' }, { clientId: undefined })).toBe('partner-a')
  })

  it('is somebody where the token says that it is a user’s', () => {
    expect(nameOf({ sub: 'jdoe', sub_type: 'user' })).toBe('jdoe')
    expect(nameOf({ sub: 'jdoe', '': 'client' })).toBe('jdoe')
  })
})
