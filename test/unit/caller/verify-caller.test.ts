import { describe, expect, it } from '@jest/globals'
import { createVerifyCaller } from '../../../src/caller/verify-caller.ts'
import { toVerifiedCaller } from '../../../src/caller/verified-caller.ts'
import type { IntrospectionConfig, JwtConfig, OpaqueTokenForm } from '../../../src/config/model.ts'
import { denial, fault, type Denial, type Fault } from '../../../src/decision.ts'
import type { Finding } from '../../../src/findings.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { claimsOf } from '../support/claims.ts'
import { issuerConfig, tokenRules } from '../support/issuers.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'

const JWT: JwtConfig = { keys: { kind: 'static', keys: [] }, algorithms: ['RS256'], type: 'any' }

function introspectionOf(opaqueTokens: OpaqueTokenForm): IntrospectionConfig {
  return {
    endpoint: 'https://idp.example/introspect',
    client: {
      clientId: 'introspector',
      secretOcid: 'ocid1.vaultsecret.oc1..introspector',
      authentication: 'client_secret_basic',
      assertion: { keyId: undefined, audience: [] },
    },
    cache: seconds(60),
    subject: 'same',
    opaqueTokens,
  }
}

type Word = 'accepts' | Denial | Fault

interface Issuer {
  readonly name: string
  readonly iss?: string
  readonly verifiesJwts?: boolean
  /** What its opaque tokens look like. */
  readonly form?: OpaqueTokenForm
  readonly hasCachedAnswer?: boolean
  readonly says: Word
}

async function outcomeOf(token: string, issuers: readonly Issuer[]) {
  const asked: string[] = []
  const verifyCaller = createVerifyCaller(
    issuers.map(({ name, iss, verifiesJwts = false, form, hasCachedAnswer, says }) => {
      const issuer = issuerConfig({
        name,
        jwt: verifiesJwts ? JWT : undefined,
        introspection: form && introspectionOf(form),
        rules: tokenRules({ issuer: iss }),
      })
      const claims = claimsOf({ sub: name })
      return {
        issuer,
        hasCachedAnswer:
          hasCachedAnswer === undefined
            ? undefined
            : (asking: Redacted) => hasCachedAnswer && asking.reveal() === token,
        verify: () => {
          asked.push(name)
          return Promise.resolve(
            says === 'accepts' ? success(toVerifiedCaller(claims, issuer, 'off')) : failure(says),
          )
        },
      }
    }),
  )
  const result = await verifyCaller(new Redacted(token), PLENTY_OF_TIME, () => undefined)
  return [result.ok ? result.value.issuer : result.error.reason, asked]
}

const A = unsignedJwt({ iss: 'https://a.example' })
const UNKNOWN_TOKEN_REASONS = denial('signature_invalid')
const INACTIVE = denial('token_inactive')
const EXPIRED = denial('token_expired')
const MISMATCH = denial('audience_mismatch')
const DOWN = fault('introspection_unavailable')
const NO_KEYS = fault('keys_unavailable')

describe('a JWT', () => {
  it('is shown to the issuers with exactly its `iss`, in their order', async () => {
    const issuers: Issuer[] = [
      { name: 'other', iss: 'https://b.example', says: 'accepts' },
      { name: 'first', iss: 'https://a.example', says: UNKNOWN_TOKEN_REASONS },
      { name: 'slash', iss: 'https://a.example/', says: 'accepts' },
      { name: 'second', iss: 'https://a.example', says: 'accepts' },
      { name: 'third', iss: 'https://a.example', says: 'accepts' },
      { name: 'any', says: 'accepts' },
    ]

    expect(await outcomeOf(A, issuers)).toStrictEqual(['second', ['first', 'second']])
  })

  it('is sent to those that accept any `iss` if none has its `iss`', async () => {
    const issuers: Issuer[] = [
      { name: 'other', iss: 'https://b.example', says: 'accepts' },
      { name: 'any', says: 'accepts' },
    ]

    expect(await outcomeOf(A, issuers)).toStrictEqual(['any', ['any']])
  })

  it('is sent to those that introspect if it has no `iss`, as the response may have it', async () => {
    const issuers: Issuer[] = [
      { name: 'jwt', verifiesJwts: true, iss: 'https://a.example', says: 'accepts' },
      { name: 'one', iss: 'https://a.example', says: INACTIVE },
      { name: 'any', says: 'accepts' },
    ]

    expect(await outcomeOf(unsignedJwt({ sub: 'a' }), issuers)).toStrictEqual([
      'any',
      ['one', 'any'],
    ])
    expect(await outcomeOf(unsignedJwt({ sub: 'a' }), issuers.slice(0, 1))).toStrictEqual([
      'issuer_mismatch',
      [],
    ])
  })

  it('is denied without a request if no issuer matches', async () => {
    expect(
      await outcomeOf(A, [{ name: 'b', iss: 'https://b.example', says: 'accepts' }]),
    ).toStrictEqual(['issuer_mismatch', []])
  })
})

describe('an opaque token', () => {
  it('is sent only to those that introspect, in their order', async () => {
    const issuers: Issuer[] = [
      { name: 'jwt', verifiesJwts: true, says: 'accepts' },
      { name: 'one', iss: 'https://a.example', says: INACTIVE },
      { name: 'two', says: 'accepts' },
    ]

    expect(await outcomeOf('opaque', issuers)).toStrictEqual(['two', ['one', 'two']])
  })

  it('is first shown to the issuers that have the answer cached, and once to each', async () => {
    const issuers: Issuer[] = [
      { name: 'one', hasCachedAnswer: false, says: INACTIVE },
      { name: 'two', hasCachedAnswer: true, says: INACTIVE },
      { name: 'three', says: INACTIVE },
      { name: 'four', hasCachedAnswer: true, says: INACTIVE },
    ]
    const inactive = (...asked: string[]) => ['token_inactive', asked]

    expect(await outcomeOf('opaque', issuers)).toStrictEqual(
      inactive('two', 'four', 'one', 'three'),
    )
    expect(await outcomeOf('opaque', issuers.slice(0, 2))).toStrictEqual(inactive('two', 'one'))
    expect(await outcomeOf(unsignedJwt({ sub: 'a' }), issuers.slice(0, 2))).toStrictEqual(
      inactive('two', 'one'),
    )
  })

  describe('that looks different for each issuer', () => {
    const issuers: Issuer[] = [
      { name: 'unknown form', says: INACTIVE },
      { name: 'prefix', form: { prefixes: ['ab_', 'cd_'], lengths: [] }, says: INACTIVE },
      { name: 'length', form: { prefixes: [], lengths: [5, 8] }, says: INACTIVE },
      { name: 'both', form: { prefixes: ['ef_'], lengths: [8] }, says: INACTIVE },
    ]

    it.each<readonly [string, readonly string[]]>([
      ['ab_12345678', ['prefix']],
      ['cd_1', ['prefix']],
      ['12345', ['length']],
      ['ab_12345', ['prefix', 'length']],
      ['ef_12345', ['length', 'both']],
      ['ef_1234', ['unknown form']],
      ['1234_ab_', ['length']],
      ['xab_12', ['unknown form']],
      ['AB_12', ['length']],
    ])('is shown only to the issuers whose tokens look like it: %s', async (token, asked) => {
      expect(await outcomeOf(token, issuers)).toStrictEqual(['token_inactive', asked])
    })

    it('is shown to nobody if it looks like no issuer’s', async () => {
      expect(await outcomeOf('1234', issuers.slice(1))).toStrictEqual(['token_opaque', []])
    })

    it('does not decide who is asked about a JWT without `iss`', async () => {
      expect(await outcomeOf(unsignedJwt({ sub: 'a' }), issuers)).toStrictEqual([
        'token_inactive',
        issuers.map(({ name }) => name),
      ])
    })
  })

  it.each([
    ['opaque', 'token_opaque'],
    ['a.b.c.d.e', 'token_encrypted'],
  ])('is denied without a request if no issuer introspects: %s', async (token, reason) => {
    expect(
      await outcomeOf(token, [{ name: 'jwt', verifiesJwts: true, says: 'accepts' }]),
    ).toStrictEqual([reason, []])
  })
})

describe('a token that begins like a JWT', () => {
  const [header, payload, signature] = A.split('.')

  it.each([
    ['with padding', `${A}==`],
    ['with letters of another alphabet', `${A}/+`],
    ['without a signature', `${header}.${payload}.`],
    ['without a third part', `${header}.${payload}`],
    ['with a fourth part', `${A}.${signature}`],
    ['with disclosures', `${A}~x~`],
  ])('and does not continue like one is sent to no issuer: %s', async (_case, token) => {
    expect(await outcomeOf(token, [{ name: 'a', says: 'accepts' }])).toStrictEqual([
      'jwt_malformed',
      [],
    ])
  })

  it('and continues like an encrypted one is sent to no issuer', async () => {
    expect(await outcomeOf(`${A}.d.e`, [{ name: 'a', says: 'accepts' }])).toStrictEqual([
      'token_encrypted',
      [],
    ])
  })

  it.each([['a.b.c'], [`${header}.x.${signature}==`], [`${payload?.slice(1)}.${payload}.x=`]])(
    'only by its dots is opaque: %s',
    async (token) => {
      expect(await outcomeOf(token, [{ name: 'a', says: 'accepts' }])).toStrictEqual(['a', ['a']])
    },
  )
})

describe('if no issuer accepts', () => {
  it.each<readonly [string, readonly Word[], string]>([
    ['a fault outweighs a denial', [EXPIRED, DOWN], 'introspection_unavailable'],
    [
      'a denial of its own issuer outweighs that of a stranger',
      [INACTIVE, EXPIRED],
      'token_expired',
    ],
    ['the first stranger’s denial counts', [UNKNOWN_TOKEN_REASONS, INACTIVE], 'signature_invalid'],
    ['a bad signature is a stranger’s denial', [UNKNOWN_TOKEN_REASONS, EXPIRED], 'token_expired'],
    ['an unknown key is, too', [denial('key_unknown'), EXPIRED], 'token_expired'],
    ['the first denial of an own issuer counts', [EXPIRED, MISMATCH], 'token_expired'],
    ['the first fault counts', [NO_KEYS, DOWN], 'keys_unavailable'],
    [
      'who knows a token for its own counts most',
      [NO_KEYS, denial('scope_insufficient')],
      'scope_insufficient',
    ],
  ])('%s', async (_case, words, expected) => {
    const issuers = words.map((says, index) => ({ name: `issuer-${index}`, says }))

    expect((await outcomeOf('opaque', issuers))[0]).toBe(expected)
  })
})

describe('an observer', () => {
  const observed = async (token: string, says: Denial | Fault) => {
    const findings: Finding[] = []
    await createVerifyCaller(
      [
        { name: 'introspecting', jwt: undefined },
        { name: 'validating', jwt: JWT, rules: tokenRules({ issuer: 'https://a.example' }) },
      ].map((config) => ({
        issuer: issuerConfig(config),
        verify: () => Promise.resolve(failure(says)),
      })),
    )(
      new Redacted(token),
      PLENTY_OF_TIME,
      () => undefined,
      (finding) => findings.push(finding),
    )
    return findings
  }

  it.each([
    [A, 'a signed JWT', undefined],
    ['opaque', 'an opaque token', undefined],
    [`${A}==`, 'a malformed JWT', 'jwt_malformed'],
    [`${A}.d.e`, 'an encrypted JWT', 'token_encrypted'],
  ])('gets the form of the token: %#', async (token, actual, reason) => {
    const forms = (await observed(token, INACTIVE)).filter(({ name }) => name === 'token_form')

    expect(forms).toHaveLength(2)
    for (const { actual: form, expected } of forms)
      expect([form, expected]).toStrictEqual([actual, 'a signed JWT or an opaque token'])
    expect(forms.find(({ ok }) => !ok)?.reason).toBe(reason)
  })

  it.each([
    ['opaque', 'an opaque token', [true, false]],
    [unsignedJwt({ sub: 'a' }), 'iss absent', [true, false]],
    [A, 'iss https://a.example', [false, true]],
  ])('gets which issuers are asked, and why: %#', async (token, actual, [first, second]) => {
    const findings = await observed(token, INACTIVE)

    expect(findings.filter(({ name }) => name === 'issuer_choice')).toStrictEqual([
      {
        name: 'issuer_choice',
        issuer: 'introspecting',
        expected: 'introspection, iss any',
        actual,
        ok: first,
      },
      {
        name: 'issuer_choice',
        issuer: 'validating',
        expected: 'jwt, iss https://a.example',
        actual,
        ok: second,
      },
    ])
  })

  it.each([
    [{ detail: 'timed_out' }, { expected: 'an answer', actual: 'timed_out' }],
    [{ expected: 'a JSON object' }, { expected: 'a JSON object', actual: null }],
  ])('gets the dependency that failed: %j', async (logContext, comparison) => {
    const findings = await observed('opaque', fault('introspection_unavailable', logContext))

    expect(findings.at(-1)).toStrictEqual({
      name: 'dependency',
      ...comparison,
      ok: false,
      reason: 'introspection_unavailable',
      issuer: 'introspecting',
    })
    expect((await observed('opaque', INACTIVE)).map(({ name }) => name)).not.toContain('dependency')
  })
})

describe('a refusal', () => {
  const V1 = 'https://sts.windows.net/0f0f0f0f-0000-4000-8000-000000000000/'
  const ENTRA = issuerConfig({ provider: 'entra' })

  /** What the decision has for a v1 token of Entra that the only issuer denies for this reason. */
  const toldOf = (refusal: Denial | Fault) =>
    createVerifyCaller([{ issuer: ENTRA, verify: () => Promise.resolve(failure(refusal)) }])(
      new Redacted(unsignedJwt({ iss: V1 })),
      PLENTY_OF_TIME,
      () => undefined,
    )

  it('has a better reason if the token shows one, else is unchanged', async () => {
    const logContext = { issuer: 'callers', clientId: 'client-1' }

    expect(await toldOf(denial('audience_mismatch', logContext))).toStrictEqual(
      failure(denial('entra_v1_token', logContext)),
    )
    expect(await toldOf(denial('token_expired', logContext))).toStrictEqual(
      failure(denial('token_expired', logContext)),
    )
  })

  it('for an unknown issuer has the configured issuers, each once, and the issuer of the token', async () => {
    const verifiers = ['https://b.example', 'https://b.example', 'https://c.example'].map(
      (issuer) => ({
        issuer: issuerConfig({ rules: tokenRules({ issuer }) }),
        verify: () => Promise.resolve(failure(EXPIRED)),
      }),
    )

    expect(
      await createVerifyCaller(verifiers)(new Redacted(A), PLENTY_OF_TIME, () => undefined),
    ).toStrictEqual(
      failure(
        denial('issuer_mismatch', {
          expected: ['https://b.example', 'https://c.example'],
          actual: 'https://a.example',
        }),
      ),
    )
  })

  it('that is a fault stays as it is', async () => {
    const down = fault('keys_unavailable', { issuer: 'callers', detail: 'timed_out' })

    expect(await toldOf(down)).toStrictEqual(failure(down))
  })
})
