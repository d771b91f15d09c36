import { describe, expect, it } from '@jest/globals'
import { selectContextClaims } from '../../../src/caller/context-claims.ts'
import { firstBrokenRule } from '../../../src/caller/token-rules.ts'
import {
  identificationOf,
  readIntrospectionAnswer,
} from '../../../src/caller/introspection-answer.ts'
import type { IntrospectionConfig, IssuerConfig, JwtConfig } from '../../../src/config/model.ts'
import { denial, fault } from '../../../src/decision.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import type { Finding } from '../../../src/findings.ts'
import { numericDate, seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure } from '../../../src/platform/result.ts'
import { plain, withoutComparison } from '../support/claims.ts'
import { answer, untypedAnswer } from '../support/http-answers.ts'
import { CLAIM_NAMES, issuerConfig, tokenRules } from '../support/issuers.ts'
import { whilePolluted } from '../support/pollution.ts'
import { unsignedJwt } from '../support/tokens.ts'
import { REGISTRATION } from '../support/tokens-for-backends.ts'

function read(from: HttpAnswer, token = 'opaque', contextClaims: readonly string[] = []) {
  return readBy({ contextClaims }, from, token)
}

function readBy(changes: Partial<IssuerConfig>, from: HttpAnswer, token: string) {
  return plain(readIntrospectionAnswer(from, new Redacted(token), issuerConfig(changes)))
}

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

    expect(read(answer(200, members))).toMatchObject({
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
    expect(read(answer(200, { active })).ok).toBe(true)
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
    expect(read(answer(200, { active, sub: 'jdoe' }))).toStrictEqual(
      failure(denial('token_inactive')),
    )
  })

  it('is inactive if `active` is absent', () => {
    expect(read(answer(200, {}))).toStrictEqual(failure(denial('token_inactive')))
  })

  it('is inactive if `active` is only on a polluted Object.prototype', async () => {
    const reading = await whilePolluted({ active: true }, () => read(answer(200, {})))

    expect(reading).toStrictEqual(failure(denial('token_inactive')))
  })

  it('is of an inactive token whatever its other members look like', () => {
    expect(read(answer(200, { active: false, exp: 'never', token_type: 5 }))).toStrictEqual(
      failure(denial('token_inactive')),
    )
  })

  it.each(['Bearer', 'bearer', 'BEARER', 'JWT', 'access_token', 'at+jwt'])(
    'is of an access token if `token_type` is %s',
    (type) => {
      expect(read(answer(200, { active: true, token_type: type })).ok).toBe(true)
    },
  )

  it.each([['refresh_token'], ['id_token'], ['DPoP'], ['N_A'], ['mac'], [''], [5], [['Bearer']]])(
    'is not of a bearer access token if `token_type` is %j',
    (type) => {
      expect(read(answer(200, { active: true, token_type: type }))).toStrictEqual(
        failure(denial('token_type_wrong')),
      )
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
        failure(fault('introspection_refused', { detail, ...(status !== 400 && { hint }) })),
      )
    },
  )

  it('RFC 7662 §2.3: has a hint of its own with the error invalid_token', () => {
    const refused = read(answer(401, { error: 'invalid_token' }))

    expect(refused).toMatchObject({
      error: {
        reason: 'introspection_refused',
        logContext: {
          detail: 'invalid_token',
          hint: expect.stringContaining('error instead of `active: false`'),
        },
      },
    })
  })

  it.each([201, 204, 206, 301, 302, 307, 404, 405, 429, 500, 502, 503])(
    'is rejected with status %d, even if the body says that the token is active',
    (status) => {
      expect(read(answer(status, { active: true }))).toStrictEqual(
        failure(fault('introspection_unavailable', { detail: `status_${status}` })),
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
    expect(read(given)).toStrictEqual(
      failure(fault('introspection_unusable', { detail: 'not_json' })),
    )
  })

  it.each([
    'text/html;charset=utf-8',
    'text/plain',
    'text/json',
    'application/octet-stream',
    'application/token-introspection+jwt',
  ])('cannot be used when it is labelled as %s, and the media type is the reason', (type) => {
    expect(read(answer(200, '{"active":true}', type))).toStrictEqual(
      failure(fault('introspection_unusable', { detail: 'media_type' })),
    )
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
      expect(read(answer(200, { active: true, ...member }))).toStrictEqual(
        failure(
          fault('introspection_unusable', {
            detail: `member_malformed: ${Object.keys(member)[0]}`,
          }),
        ),
      )
    },
  )
})

describe('the log shows which type was expected', () => {
  const TOKEN = new Redacted(unsignedJwt({ exp: 'never' }))

  it.each([
    [
      'of a member of the answer',
      { exp: 'never' },
      { expected: '`exp` as seconds since 1970, as a number' },
    ],
    [
      'of a claim of the payload',
      {},
      { expected: '`exp` as seconds since 1970, as a number', actual: 'never' },
    ],
  ])('%s', (_case, members, expected) => {
    const given = answer(200, { active: true, ...members })

    expect(readIntrospectionAnswer(given, TOKEN, issuerConfig())).toMatchObject({
      error: { logContext: expected },
    })
  })

  it('and an observer gets it', () => {
    const findings: Finding[] = []
    readIntrospectionAnswer(answer(200, { active: true }), TOKEN, issuerConfig(), (finding) =>
      findings.push(finding),
    )

    expect(findings.at(-1)).toStrictEqual({
      name: 'claim_types',
      ok: false,
      reason: 'claims_malformed',
      expected: '`exp` as seconds since 1970, as a number',
      actual: 'never',
    })
  })
})

/** The members that have a value, as they would come from outside. */
function definedOf(members: object): unknown {
  return JSON.parse(JSON.stringify(members))
}

describe('a JWT that was introspected', () => {
  const payload = {
    iss: 'https://idp.example/',
    sub: 'payload-subject',
    aud: ['api'],
    client_id: 'client-1',
    exp: 1_800_000_060,
    scope: 'admin',
    tok_type: 'AT',
    tenant: 'acme',
  }

  it.each([{ active: true }, { active: true, iss: null, aud: null, exp: null, client_id: null }])(
    'has from its payload what the answer lacks: %j',
    (members) => {
      expect(read(answer(200, members), unsignedJwt(payload))).toMatchObject({
        ok: true,
        value: {
          issuer: 'https://idp.example/',
          audience: ['api'],
          clientId: 'client-1',
          expiresAt: 1_800_000_060,
          members: { tok_type: 'AT' },
        },
      })
    },
  )

  it('gets no scope from its payload: the identity provider may have taken it away', () => {
    expect(read(answer(200, { active: true }), unsignedJwt(payload))).toMatchObject({
      ok: true,
      value: { scope: [] },
    })
  })

  it('gets none even if the configuration lists it as a claim', () => {
    const requiredClaims = [{ name: 'scp', values: ['admin'] }]
    const token = unsignedJwt({ ...payload, scp: ['admin'] })
    const changes = { contextClaims: ['scope'], rules: tokenRules({ requiredClaims }) }

    expect(readBy(changes, answer(200, { active: true }), token)).toMatchObject({
      ok: true,
      value: { scope: [] },
    })
  })

  it('gets required claims from its payload, and no others', () => {
    const requiredClaims = [{ name: 'tenant', values: ['acme'] }]
    const changes = { rules: tokenRules({ requiredClaims }) }
    const { sub, scope, ...wanted } = payload

    const reading = readBy(changes, answer(200, { active: true }), unsignedJwt(payload))
    expect([sub, scope]).toStrictEqual(['payload-subject', 'admin'])
    expect(reading.ok && definedOf(reading.value.members)).toStrictEqual({
      active: true,
      ...wanted,
    })
  })

  it('gets the claims that show what kind of token it is from its payload', () => {
    const names = [
      ...['tok_type', 'typ', 'token_use', 'nonce', 'cnf', 'permissions', 'client_id', 'cid'],
      ...['at_hash', 'c_hash', 'events', 'htm', 'htu', 'token_introspection'],
      ...['appid', 'azp', 'ver', 'tid', 'tfp', 'roles', 'jti', 'rev_sig', 'apptype'],
      ...['token_type', 'tokenType', 'token_name', 'tokenName', 'token_usage', 'tokenUse'],
      ...['token_kind', 'tokenKind', 'type', 'kind', 'purpose', 'use', 'tty'],
    ]
    const claims = Object.fromEntries(names.map((name) => [name, 'x']))
    const token = unsignedJwt({ ...claims, other: 'x' })
    // Whatever claim names the client.
    const changes = { claimNames: { ...CLAIM_NAMES, clientId: ['client'] } }

    const reading = readBy(changes, answer(200, { active: true }), token)
    expect(reading.ok && definedOf(reading.value.members)).toStrictEqual({
      active: true,
      ...claims,
    })
  })

  it('gets all claims from its payload if its signature was verified before', () => {
    const jwt: JwtConfig = {
      keys: { kind: 'static', keys: [] },
      algorithms: ['RS256'],
      type: 'any',
    }
    const members = { active: true, tenant: 'answer', scope: null }

    const reading = readBy({ jwt }, answer(200, members), unsignedJwt({ ...payload, other: 5 }))
    expect(reading.ok && reading.value).toMatchObject({
      principal: 'payload-subject',
      scope: ['admin'],
    })
    expect(reading.ok && definedOf(reading.value.members)).toStrictEqual({
      ...payload,
      active: true,
      tenant: 'answer',
      other: 5,
    })
  })

  it.each([
    ['scope', { scope: 'read' }, { scp: ['read', 'admin'] }, { scope: ['read'] }],
    ['client', { azp: 'client-2' }, { client_id: 'client-1' }, { clientId: 'client-2' }],
  ])(
    'RFC 7662 §2.2: has only the %s of the response, although its payload has another name for it',
    (_case, members, claims, expected) => {
      const jwt: JwtConfig = {
        keys: { kind: 'static', keys: [] },
        algorithms: ['RS256'],
        type: 'any',
      }
      const token = unsignedJwt({ iss: payload.iss, ...claims })

      expect(readBy({ jwt }, answer(200, { active: true, ...members }), token)).toMatchObject({
        ok: true,
        value: expected,
      })
    },
  )

  it.each<[string, JwtConfig | undefined]>([
    ['introspected alone', undefined],
    ['verified before', { keys: { kind: 'static', keys: [] }, algorithms: ['RS256'], type: 'any' }],
  ])('keeps a claim for the rules under another name than the response’s: %s', (_case, jwt) => {
    const requiredClaims = [{ name: 'azp', values: ['client-1'] }]
    const changes = { jwt, rules: tokenRules({ requiredClaims }) }
    const token = unsignedJwt({ ...payload, azp: 'client-1', scp: ['admin'] })

    const reading = readBy(changes, answer(200, { active: true, client_id: 'c', scope: '' }), token)
    expect(reading).toMatchObject({ ok: true, value: { clientId: 'c', scope: [] } })
    expect(reading.ok && definedOf(reading.value.members)).toMatchObject({ azp: 'client-1' })
    expect(reading.ok && reading.value.members).not.toHaveProperty('scp')
  })

  it.each([
    { sub_type: 'client' },
    { idtyp: 'app' },
    { gty: 'client-credentials' },
    { email_verified: false },
    { upn_verified: 'false' },
  ])('gets the evidence about its user from its payload: %j', (evidence) => {
    const token = unsignedJwt({ ...payload, sub: 'alice', ...evidence })

    expect(read(answer(200, { active: true, sub: 'alice' }), token)).toMatchObject({
      ok: true,
      value: { members: { sub: 'alice', ...evidence } },
    })
  })

  it('gets `iat` from its payload if its lifetime is limited', () => {
    const token = unsignedJwt({ ...payload, iat: 1_800_000_000 })
    const limited = { rules: tokenRules({ maxTokenLifetime: seconds(60) }) }

    expect(readBy(limited, answer(200, { active: true }), token)).toMatchObject({
      ok: true,
      value: { issuedAt: 1_800_000_000 },
    })
    expect(read(answer(200, { active: true }), token)).toMatchObject({
      ok: true,
      value: { issuedAt: undefined },
    })
  })

  it('is the response’s if both have it', () => {
    const members = {
      active: true,
      iss: 'https://other/',
      aud: 'b',
      exp: payload.exp + 5,
      client_id: 'c',
    }

    expect(read(answer(200, members), unsignedJwt(payload))).toMatchObject({
      ok: true,
      value: {
        issuer: 'https://other/',
        audience: ['b'],
        expiresAt: payload.exp + 5,
        clientId: 'c',
      },
    })
  })

  it('is inactive if the response says so, whatever its payload says', () => {
    const token = unsignedJwt({ ...payload, active: true })

    expect(read(answer(200, { active: false }), token)).toStrictEqual(
      failure(denial('token_inactive')),
    )
  })

  it('is denied if its payload has a claim of a wrong type', () => {
    const token = unsignedJwt({ ...payload, exp: 'never' })

    expect(read(answer(200, { active: true }), token)).toStrictEqual(
      failure(denial('claims_malformed')),
    )
  })

  it.each([
    ['RFC 9449 §6.2: is bound to a key where the answer says so', { cnf: { jkt: 'x' } }, {}],
    ['RFC 9449 §6.1: is bound to a key where its payload alone says so', {}, { cnf: { jkt: 'x' } }],
  ])('%s', (_case, members, claims) => {
    const token = unsignedJwt({ ...payload, ...claims })
    const reading = read(answer(200, { active: true, ...members }), token)

    const rules = tokenRules({ issuer: payload.iss })
    const objection = reading.ok && firstBrokenRule(reading.value, rules, numericDate(0))
    expect(objection && withoutComparison(objection)).toStrictEqual(
      denial('token_sender_constrained', { clientId: 'client-1' }),
    )
  })

  it.each([
    ['those of the answer before those of the payload', { tenant: 'other' }, { tenant: 'other' }],
    [
      'those of the payload where the answer has null',
      { client_id: null },
      { client_id: 'client-1' },
    ],
    ['those of the payload where the answer has none', {}, { tenant: 'acme' }],
  ])('passes its claims to the context: %s', (_case, members, expected) => {
    const names = Object.keys(expected)
    const reading = read(answer(200, { active: true, ...members }), unsignedJwt(payload), names)

    expect(reading.ok && selectContextClaims(reading.value.members, names)).toStrictEqual(expected)
  })

  describe('and the answer contradicts', () => {
    const TOKEN = unsignedJwt({ ...payload, jti: 'token-1', iat: 1_800_000_000 })
    const readAnswer = (members: object, changes: Partial<IssuerConfig> = {}) =>
      readBy(changes, answer(200, { active: true, ...members }), TOKEN)

    it.each([
      ['jti', 'token-2'],
      ['jti', 1],
      ['iat', 1_800_000_006],
      ['iat', 1_799_999_994],
      ['exp', 1_800_000_066],
      ['exp', 1_800_000_054],
      ['sub', 'somebody-else'],
    ])('is a fault: %s %s', (name, value) => {
      expect(readAnswer({ [name]: value })).toStrictEqual(
        failure(fault('introspection_unusable', { detail: `contradicts_token: ${name}` })),
      )
    })

    it('is a fault if the payload has a number and the response a string', () => {
      const given = answer(200, { active: true, jti: '1' })

      expect(readBy({}, given, unsignedJwt({ ...payload, jti: 1 }))).toStrictEqual(
        failure(fault('introspection_unusable', { detail: 'contradicts_token: jti' })),
      )
    })

    it.each([
      ['nothing', {}],
      ['as null', { jti: null, iat: null, exp: null, sub: null }],
      ['with the same values', { jti: 'token-1', sub: payload.sub, exp: payload.exp }],
      ['rounded by some seconds', { exp: payload.exp - 5, iat: 1_800_000_005 }],
    ])('is none: %s', (_case, members) => {
      expect(readAnswer(members).ok).toBe(true)
    })

    it('may name another `sub` if that is configured, and nothing else', () => {
      const introspection: IntrospectionConfig = {
        endpoint: undefined,
        client: REGISTRATION,
        cache: seconds(0),
        subject: 'may_differ',
        opaqueTokens: undefined,
      }
      const verdicts = [{ sub: 'other' }, { sub: 'other', jti: 'other' }].map(
        (members) => readAnswer(members, { introspection }).ok,
      )

      expect(verdicts).toStrictEqual([true, false])
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
    const findings: Finding[] = []
    readIntrospectionAnswer(answer(200, members), new Redacted('opaque'), issuerConfig(), (each) =>
      findings.push(each),
    )

    expect(findings.map((each) => [each.name, each.ok, each.expected, each.actual])).toStrictEqual([
      ['active', ok[0], true, actual[0]],
      ['introspected_type', ok[1], TYPES, actual[1]],
    ])
  })
})

describe('the identification of an answer', () => {
  const payload = { jti: 'token-1', sub: 'alice' }
  const identify = (token: string) => identificationOf(new Redacted(token), issuerConfig())

  it.each([
    ['an opaque token', 'opaque'],
    ['a JWT without `jti`', unsignedJwt({ sub: 'alice' })],
    ['an empty `jti`', unsignedJwt({ jti: '' })],
    ['a `jti` that is no string', unsignedJwt({ jti: 5 })],
    ['a `jti` of 257 characters', unsignedJwt({ jti: 'x'.repeat(257) })],
  ])('is impossible for %s', (_case, token) => {
    expect(identify(token)).toBeUndefined()
  })

  it('is the `jti`, of at most 256 characters', () => {
    const longest = 'x'.repeat(256)

    expect(identify(unsignedJwt({ jti: longest }))?.id).toBe(longest)
  })

  it.each<[boolean, string, HttpAnswer]>([
    [true, 'has the `jti`', answer(200, { active: true, jti: 'token-1' })],
    [false, 'has another one', answer(200, { active: true, jti: 'token-2' })],
    [false, 'has none', answer(200, { active: true })],
    [false, 'contradicts the token', answer(200, { jti: 'token-1', sub: 'bob' })],
    [false, 'has another status', answer(500, { jti: 'token-1' })],
    [false, 'is no JSON', answer(200, 'token-1')],
  ])('is %s if the answer %s', (expected, _case, given) => {
    expect(identify(unsignedJwt(payload))?.isIn(given)).toBe(expected)
  })
})
