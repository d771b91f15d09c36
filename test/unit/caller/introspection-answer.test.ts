import { describe, expect, it } from '@jest/globals'
import { readIntrospectionAnswer } from '../../../src/caller/introspection-answer.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import { plain } from '../support/claims.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { answer, untypedAnswer } from '../support/http-answers.ts'
import { issuerConfig } from '../support/issuers.ts'
import { denied, faulty } from '../support/outcomes.ts'
import { whilePolluted } from '../support/pollution.ts'
import { unsignedJwt } from '../support/tokens.ts'

function read(given: HttpAnswer) {
  return plain(readIntrospectionAnswer(given, undefined, issuerConfig()))
}

/** An answer with these members, and status 200. */
function readMembers(members: object) {
  return read(answer(200, members))
}

function unusable(detail: string) {
  return faulty('introspection_unusable', { detail })
}

const INACTIVE = denied('token_inactive')

describe('an introspection answer', () => {
  it('has the claims of an active token', () => {
    const members = {
      active: true,
      iss: 'https://idp.example/',
      sub: 'jdoe',
      aud: 'api',
      client_id: 'client-1',
      scope: 'read write',
      exp: 1_800_000_060,
      token_type: 'Bearer',
    }

    expect(readMembers(members)).toMatchObject({
      ok: true,
      value: {
        issuer: 'https://idp.example/',
        principal: 'jdoe',
        audience: ['api'],
        clientId: 'client-1',
        scope: ['read', 'write'],
        expiresAt: 1_800_000_060,
      },
    })
  })

  it.each([[true], ['true']])('is active if `active` is %j', (active) => {
    expect(readMembers({ active }).ok).toBe(true)
  })

  it.each([
    [false],
    ['false'],
    ['TRUE'],
    ['True'],
    ['true '],
    ['yes'],
    ['1'],
    [1],
    [null],
    [{}],
    [['true']],
    [[true]],
    [''],
  ])('RFC 7662 §2.2: is inactive if `active` is %j', (active) => {
    expect(readMembers({ active, sub: 'jdoe' })).toStrictEqual(INACTIVE)
  })

  it('is inactive if `active` is absent', () => {
    expect(readMembers({})).toStrictEqual(INACTIVE)
  })

  it('is inactive if `active` is only on a polluted Object.prototype', async () => {
    expect(await whilePolluted({ active: true }, () => readMembers({}))).toStrictEqual(INACTIVE)
  })

  it('is of an inactive token whatever its other members look like', () => {
    expect(readMembers({ active: false, exp: 'never', token_type: 5 })).toStrictEqual(INACTIVE)
  })

  it.each(['Bearer', 'bearer', 'BEARER', 'JWT', 'access_token', 'at+jwt'])(
    'is of an access token if `token_type` is %s',
    (token_type) => {
      expect(readMembers({ active: true, token_type }).ok).toBe(true)
    },
  )

  it.each([['refresh_token'], ['id_token'], ['DPoP'], ['N_A'], ['mac'], [''], [5], [['Bearer']]])(
    'is not of a bearer access token if `token_type` is %j',
    (token_type) => {
      expect(readMembers({ active: true, token_type })).toStrictEqual(denied('token_type_wrong'))
    },
  )

  it.each([
    [400, { error: 'invalid_request' }, 'invalid_request'],
    [401, { error: 'invalid_client' }, 'invalid_client'],
    [401, { active: true }, 'status_401'],
    [401, 'not json', 'status_401'],
    [403, { error: 'Not_A_Code "quoted"' }, 'status_403'],
    [401, { error: ['invalid_client'] }, 'status_401'],
    [401, { error: 'a'.repeat(41) }, 'status_401'],
  ])(
    'RFC 7662 §2.3: is a fault of our client with status %d and %j',
    (status, body: unknown, detail) => {
      const hint =
        'Compare client id and secret with the application; is it activated, and does it accept HTTP Basic (`client.client_auth`)?'

      expect(read(answer(status, body))).toStrictEqual(
        faulty('introspection_refused', { detail, ...(status !== 400 && { hint }) }),
      )
    },
  )

  it('RFC 7662 §2.3: has a hint of its own with the error invalid_token', () => {
    const hint: unknown = expect.stringContaining('error instead of `active: false`')

    expect(read(answer(401, { error: 'invalid_token' }))).toMatchObject({
      error: { reason: 'introspection_refused', logContext: { detail: 'invalid_token', hint } },
    })
  })

  it.each([201, 204, 206, 301, 302, 307, 404, 405, 429, 500, 502, 503])(
    'is rejected with status %d, even if the body says that the token is active',
    (status) => {
      expect(read(answer(status, { active: true }))).toStrictEqual(
        faulty('introspection_unavailable', { detail: `status_${status}` }),
      )
    },
  )

  it.each([
    ['an empty body', answer(200, '')],
    ['cut-off JSON', answer(200, '{"active":true')],
    ['null', answer(200, null)],
    ['an array', answer(200, [{ active: true }])],
    ['a text', answer(200, '"active"')],
    ['a page', answer(200, '<html></html>', 'text/html')],
  ])('#39, #43: cannot be used when it is %s', (_case, given) => {
    expect(read(given)).toStrictEqual(unusable('not_json'))
  })

  it.each([
    'text/html;charset=utf-8',
    'text/plain',
    'text/json',
    'application/octet-stream',
    'application/token-introspection+jwt',
  ])('cannot be used when it is labelled as %s, and the media type is the reason', (type) => {
    expect(read(answer(200, '{"active":true}', type))).toStrictEqual(unusable('media_type'))
  })

  it.each([
    ['with a character set', answer(200, '{"active":true}', 'application/json;charset=UTF-8')],
    ['in upper case', answer(200, '{"active":true}', 'Application/JSON')],
    ['of a structured syntax', answer(200, '{"active":true}', 'application/scim+json')],
    ['that is absent', untypedAnswer(200, '{"active":true}')],
  ])('may come with a media type %s', (_case, given) => {
    expect(read(given).ok).toBe(true)
  })

  it.each([{ exp: '1800000000' }, { iss: 5 }, { aud: {} }, { scope: 5 }, { nbf: 1e308 }])(
    'cannot be used with a member of a type that it cannot have: %j',
    (member) => {
      expect(readMembers({ active: true, ...member })).toStrictEqual(
        unusable(`member_malformed: ${Object.keys(member)[0]}`),
      )
    },
  )
})

describe('the log shows which type was expected', () => {
  const JWT = readUnverifiedJwt(unsignedJwt({ exp: 'never' }))

  const EXPECTED = '`exp` as seconds since 1970, as a number'

  it.each([
    ['of a member of the answer', { exp: 'never' }, { expected: EXPECTED }],
    ['of a claim of the payload', {}, { expected: EXPECTED, actual: 'never' }],
  ])('%s', (_case, members, logContext) => {
    const given = answer(200, { active: true, ...members })

    expect(readIntrospectionAnswer(given, JWT, issuerConfig())).toMatchObject({
      error: { logContext },
    })
  })

  it('and an observer gets it', () => {
    const { findings, observe } = recordingObserver()
    readIntrospectionAnswer(answer(200, { active: true }), JWT, issuerConfig(), observe)

    expect(findings.at(-1)).toStrictEqual({
      name: 'claim_types',
      ok: false,
      reason: 'claims_malformed',
      expected: EXPECTED,
      actual: 'never',
    })
  })
})

describe('an observer of an introspection answer', () => {
  const TYPES = ['bearer', 'jwt', 'access_token', 'at+jwt']

  it.each([
    [{ active: true }, [true, true], [true, null]],
    [{ active: 'true', token_type: 'JWT' }, [true, true], [true, 'JWT']],
    [{ active: 'no', token_type: 'mac' }, [false, false], [false, 'mac']],
  ])('gets the checks of %j, and no other value', (members, ok, actual) => {
    const { findings, observe } = recordingObserver()
    readIntrospectionAnswer(answer(200, members), undefined, issuerConfig(), observe)

    expect(findings.map(inShort)).toStrictEqual([
      ['active', ok[0], true, actual[0]],
      ['introspected_type', ok[1], TYPES, actual[1]],
    ])
  })
})
