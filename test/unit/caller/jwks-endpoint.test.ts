import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { createFetchKeys, readJwksAnswer } from '../../../src/caller/jwks-endpoint.ts'
import type { KeyAccess } from '../../../src/config/model.ts'
import type { Fault } from '../../../src/decision.ts'
import type { TokenFailure, TokenRequest } from '../../../src/oauth/token-endpoint.ts'
import type { Deadline } from '../../../src/platform/clock.ts'
import type { HttpAnswer, HttpFailure } from '../../../src/platform/http.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { answer } from '../support/http-answers.ts'
import { faulty } from '../support/outcomes.ts'
import { recordingHttp } from '../support/recording-http.ts'
import { deadlineWith } from '../support/time.ts'
import { ISSUED, REGISTRATION } from '../support/tokens-for-backends.ts'

function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
}
const KEY = { ...newKey(), kid: 'a' }

const SYMMETRIC = { kty: 'oct', k: 'AQAB' }

const ACCEPT = 'application/jwk-set+json, application/json'
const ADDRESS = 'https://idp.example/keys'
const ACCESS: KeyAccess = {
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: 'urn:opc:idm:__myscopes__',
}
const DEADLINE = deadlineWith(1_234)

function unavailable(detail: string) {
  return faulty('keys_unavailable', { detail })
}

interface Ports {
  readonly located?: Result<string, Fault>
  readonly access?: KeyAccess
  readonly issued?: Result<typeof ISSUED, TokenFailure | Fault>
  readonly answered?: Result<HttpAnswer, HttpFailure>
}

async function fetchIn({
  located = success(ADDRESS),
  access,
  issued = success(ISSUED),
  answered = success(answer(200, { keys: [KEY] })),
}: Ports = {}) {
  const locations: Deadline[] = []
  const tokenRequests: [TokenRequest, Deadline][] = []
  const { http, requests, deadlines } = recordingHttp(() => answered)
  const reported: string[] = []
  const fetchKeys = createFetchKeys(
    (deadline) => {
      locations.push(deadline)
      return Promise.resolve(located)
    },
    access,
    {
      http,
      requestToken: (...request) => {
        tokenRequests.push(request)
        return Promise.resolve(issued)
      },
      reportLeftOut: (keys) => reported.push(...keys.map(({ description }) => description)),
    },
  )
  const fetched = await fetchKeys(DEADLINE)
  return {
    kids: fetched.ok ? fetched.value.trusted.map(({ kid }) => kid) : undefined,
    reported,
    refusal: fetched.ok ? undefined : fetched,
    locations,
    tokenRequests,
    requests,
    deadlines,
  }
}

describe('the fetching of keys', () => {
  it('requests JSON from a public URL without a token, before the deadline', async () => {
    const { kids, locations, tokenRequests, requests, deadlines } = await fetchIn()

    expect(kids).toStrictEqual(['a'])
    expect(tokenRequests).toStrictEqual([])
    expect(requests).toStrictEqual([{ method: 'GET', url: ADDRESS, headers: { Accept: ACCEPT } }])
    expect([...locations, ...deadlines]).toStrictEqual([DEADLINE, DEADLINE])
  })

  it('sends a token issued for this purpose to a protected URL', async () => {
    const { kids, tokenRequests, requests } = await fetchIn({ access: ACCESS })

    expect(kids).toStrictEqual(['a'])
    expect(tokenRequests).toStrictEqual([
      [{ ...ACCESS, form: { grant_type: 'client_credentials', scope: ACCESS.scope } }, DEADLINE],
    ])
    const headers = { Accept: ACCEPT, Authorization: 'Bearer abc' }
    expect(requests).toStrictEqual([{ method: 'GET', url: ADDRESS, headers }])
  })

  it('makes no request if the URL cannot be found', async () => {
    const lost = faulty('discovery_unavailable', { detail: 'status_503' })

    const { refusal, tokenRequests, requests } = await fetchIn({ located: lost, access: ACCESS })

    expect(refusal).toStrictEqual(lost)
    expect([tokenRequests, requests]).toStrictEqual([[], []])
  })

  it.each([
    ['unavailable', 'timed_out'],
    ['refused', 'invalid_client'],
    ['unusable', 'not_json'],
  ] as const)(
    'makes no request for keys if the token is %s, with the reason',
    async (kind, detail) => {
      const issued = failure({ kind, detail })

      const { refusal, requests } = await fetchIn({ access: ACCESS, issued })

      expect(refusal).toStrictEqual(unavailable(`token_${detail}`))
      expect(requests).toStrictEqual([])
    },
  )

  it('passes on the fault of a secret that could not be had', async () => {
    const issued = faulty('secret_unavailable', { detail: 'status_404' })

    const { refusal, requests } = await fetchIn({ access: ACCESS, issued })

    expect(refusal).toStrictEqual(issued)
    expect(requests).toStrictEqual([])
  })

  it.each(['timed_out', 'connection_refused', 'tls_failed'] as const)(
    'is a fault if the exchange ended with %s',
    async (detail) => {
      const { refusal } = await fetchIn({ answered: failure(detail) })

      expect(refusal).toStrictEqual(unavailable(detail))
    },
  )

  it('judges the answer, and not only that there is one', async () => {
    const { refusal } = await fetchIn({ answered: success(answer(401, { keys: [KEY] })) })

    expect(refusal).toStrictEqual(unavailable('status_401'))
  })
})

describe('an answer with keys', () => {
  const read = (given: HttpAnswer) => {
    const keys = readJwksAnswer(given)
    return keys.ok ? keys.value.trusted.map(({ kid }) => kid) : keys
  }

  it.each([
    ['a set', { keys: [KEY, { ...newKey(), kid: 'b' }] }, ['a', 'b']],
    ['a single key', KEY, ['a']],
    ['#33: a set with a symmetric key and a thing', { keys: [{ kty: 'oct' }, 5, KEY] }, ['a']],
  ])('has the trusted keys of %s', (_case, document, expected) => {
    expect(read(answer(200, document))).toStrictEqual(expected)
  })

  it.each(['application/octet-stream', 'text/plain', 'text/json', 'binary/octet-stream', ''])(
    'is read by its content when it is labelled as %j',
    (type) => {
      expect(read(answer(200, { keys: [KEY] }, type))).toStrictEqual(['a'])
    },
  )

  it.each([201, 204, 301, 403, 404, 500, 503])('is rejected with status %d', (status) => {
    expect(read(answer(status, { keys: [KEY] }))).toStrictEqual(unavailable(`status_${status}`))
  })

  it.each([
    ['no JSON', answer(200, '')],
    ['a login page', answer(200, '<html></html>', 'text/html')],
    ['a login page that is labelled as JSON', answer(200, '<html></html>')],
    ['an array', answer(200, [KEY])],
    ['neither a set nor a key', answer(200, {})],
    ['a set that is no array', answer(200, { keys: KEY })],
  ])('RFC 7517 §5: cannot be used as %s', (_case, given) => {
    expect(read(given)).toStrictEqual(faulty('keys_unusable', { detail: 'no_jwk_set' }))
  })

  it.each([
    ['an empty set', { keys: [] }],
    ['a set of others alone', { keys: [SYMMETRIC, { ...KEY, use: 'enc' }] }],
    ['a private key', { ...KEY, d: 'AQAB' }],
  ])('has no key to trust: %s', (_case, document) => {
    expect(read(answer(200, document))).toStrictEqual([])
  })
})

describe('keys that are left out', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const SHORT = { ...short.export({ format: 'jwk' }), kid: 'short' }
  const FOR_ENCRYPTION = { ...newKey(), kid: 'encryption', use: 'enc' }
  const reportOn = async (...keys: object[]) =>
    (await fetchIn({ answered: success(answer(200, { keys })) })).reported

  it('are reported beside one that is trusted, if they are for signatures', async () => {
    expect(await reportOn(KEY, SHORT, FOR_ENCRYPTION)).toStrictEqual([
      'key short is shorter than 2048 bits',
    ])
  })

  it('are all reported if there is no other', async () => {
    expect(await reportOn(SHORT, FOR_ENCRYPTION)).toStrictEqual([
      'key short is shorter than 2048 bits',
      'key encryption is not for signatures (`use`)',
    ])
  })
})
