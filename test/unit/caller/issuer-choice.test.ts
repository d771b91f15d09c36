import { describe, expect, it } from '@jest/globals'
import { createVerifyCaller } from '../../../src/caller/issuer-choice.ts'
import { toVerifiedCaller } from '../../../src/caller/verified-caller.ts'
import type { OpaqueTokenForm } from '../../../src/config/model.ts'
import { denial, fault, type Denial, type Fault } from '../../../src/decision.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { claimsOf } from '../support/claims.ts'
import { introspectionConfig, issuerConfig, jwtConfig, tokenRules } from '../support/issuers.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'

interface Issuer {
  readonly name: string
  readonly iss?: string
  readonly verifiesJwts?: boolean
  /** What its opaque tokens look like. */
  readonly form?: OpaqueTokenForm
  readonly hasCachedAnswer?: boolean
  /** Accepts the token by default. */
  readonly says?: Denial | Fault
}

async function outcomeOf(token: string, issuers: readonly Issuer[]) {
  const asked: string[] = []
  const verifyCaller = createVerifyCaller(
    issuers.map(({ name, iss, verifiesJwts = false, form, hasCachedAnswer, says }) => {
      const issuer = issuerConfig({
        name,
        jwt: verifiesJwts ? jwtConfig() : undefined,
        introspection: form && introspectionConfig({ opaqueTokens: form }),
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
            says === undefined ? success(toVerifiedCaller(claims, issuer, 'off')) : failure(says),
          )
        },
      }
    }),
  )
  const result = await verifyCaller(new Redacted(token), PLENTY_OF_TIME, () => undefined)
  return [result.ok ? result.value.issuer : result.error.reason, asked]
}

const A = unsignedJwt({ iss: 'https://a.example' })
const WITHOUT_ISS = unsignedJwt({ sub: 'a' })
const BAD_SIGNATURE = denial('signature_invalid')
const INACTIVE = denial('token_inactive')
const EXPIRED = denial('token_expired')
const MISMATCH = denial('audience_mismatch')
const DOWN = fault('introspection_unavailable')
const NO_KEYS = fault('keys_unavailable')

describe('a JWT', () => {
  it('is shown to the issuers with exactly its `iss`, in their order', async () => {
    const issuers: Issuer[] = [
      { name: 'other', iss: 'https://b.example' },
      { name: 'first', iss: 'https://a.example', says: BAD_SIGNATURE },
      { name: 'slash', iss: 'https://a.example/' },
      { name: 'second', iss: 'https://a.example' },
      { name: 'third', iss: 'https://a.example' },
      { name: 'any' },
    ]

    expect(await outcomeOf(A, issuers)).toStrictEqual(['second', ['first', 'second']])
  })

  it('is sent to those that accept any `iss` if none has its `iss`', async () => {
    const issuers: Issuer[] = [{ name: 'other', iss: 'https://b.example' }, { name: 'any' }]

    expect(await outcomeOf(A, issuers)).toStrictEqual(['any', ['any']])
  })

  it('is sent to those that introspect if it has no `iss`, as the response may have it', async () => {
    const issuers: Issuer[] = [
      { name: 'jwt', verifiesJwts: true, iss: 'https://a.example' },
      { name: 'one', iss: 'https://a.example', says: INACTIVE },
      { name: 'any' },
    ]

    expect(await outcomeOf(WITHOUT_ISS, issuers)).toStrictEqual(['any', ['one', 'any']])
    expect(await outcomeOf(WITHOUT_ISS, issuers.slice(0, 1))).toStrictEqual(['issuer_mismatch', []])
  })

  it('is denied without a request if no issuer matches', async () => {
    expect(await outcomeOf(A, [{ name: 'b', iss: 'https://b.example' }])).toStrictEqual([
      'issuer_mismatch',
      [],
    ])
  })
})

describe('an opaque token', () => {
  it('is sent only to those that introspect, in their order', async () => {
    const issuers: Issuer[] = [
      { name: 'jwt', verifiesJwts: true },
      { name: 'one', iss: 'https://a.example', says: INACTIVE },
      { name: 'two' },
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
    const askedAbout = async (token: string, count: number) =>
      (await outcomeOf(token, issuers.slice(0, count)))[1]

    expect(await askedAbout('opaque', 4)).toStrictEqual(['two', 'four', 'one', 'three'])
    expect(await askedAbout('opaque', 2)).toStrictEqual(['two', 'one'])
    expect(await askedAbout(WITHOUT_ISS, 2)).toStrictEqual(['two', 'one'])
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
      const names = issuers.map(({ name }) => name)

      expect(await outcomeOf(WITHOUT_ISS, issuers)).toStrictEqual(['token_inactive', names])
    })
  })

  it.each([
    ['opaque', 'token_opaque'],
    ['a.b.c.d.e', 'token_encrypted'],
  ])('is denied without a request if no issuer introspects: %s', async (token, reason) => {
    const issuers = [{ name: 'jwt', verifiesJwts: true }]

    expect(await outcomeOf(token, issuers)).toStrictEqual([reason, []])
  })
})

describe('a token that begins like a JWT', () => {
  const [header, payload, signature] = A.split('.')
  const ISSUERS = [{ name: 'a' }]

  it.each([
    ['with padding', `${A}==`],
    ['with letters of another alphabet', `${A}/+`],
    ['without a signature', `${header}.${payload}.`],
    ['without a third part', `${header}.${payload}`],
    ['with a fourth part', `${A}.${signature}`],
    ['with disclosures', `${A}~x~`],
  ])('and does not continue like one is sent to no issuer: %s', async (_case, token) => {
    expect(await outcomeOf(token, ISSUERS)).toStrictEqual(['jwt_malformed', []])
  })

  it('and continues like an encrypted one is sent to no issuer', async () => {
    expect(await outcomeOf(`${A}.d.e`, ISSUERS)).toStrictEqual(['token_encrypted', []])
  })

  it.each(['a.b.c', `${header}.x.${signature}==`, `${payload?.slice(1)}.${payload}.x=`])(
    'only by its dots is opaque: %s',
    async (token) => {
      expect(await outcomeOf(token, ISSUERS)).toStrictEqual(['a', ['a']])
    },
  )
})

describe('if no issuer accepts', () => {
  it.each<readonly [string, readonly (Denial | Fault)[], string]>([
    ['a fault outweighs a denial', [EXPIRED, DOWN], 'introspection_unavailable'],
    [
      'a denial of its own issuer outweighs that of a stranger',
      [INACTIVE, EXPIRED],
      'token_expired',
    ],
    ['the first stranger’s denial counts', [BAD_SIGNATURE, INACTIVE], 'signature_invalid'],
    ['a bad signature is a stranger’s denial', [BAD_SIGNATURE, EXPIRED], 'token_expired'],
    ['an unknown key is, too', [denial('key_unknown'), EXPIRED], 'token_expired'],
    ['a wrong audience may be another issuer’s', [EXPIRED, MISMATCH], 'token_expired'],
    ['also if it comes first', [MISMATCH, EXPIRED], 'token_expired'],
    ['a wrong audience outweighs a bad signature', [BAD_SIGNATURE, MISMATCH], 'audience_mismatch'],
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
