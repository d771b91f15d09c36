import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { TrustedKey } from '../../../src/caller/json-web-key.ts'
import type { CachedKeys, SigningKeys } from '../../../src/caller/signing-keys.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { plain } from '../support/claims.ts'
import { denied, faulty } from '../support/outcomes.ts'
import { signedJwt, trustedKey } from '../support/signed-tokens.ts'
import { CLAIMS, jwtVerifierWith } from './jwt-verifier-fixture.ts'

function newPair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}
const [ours, another] = [newPair(), newPair()]
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function published(pair: { readonly publicKey: KeyObject }, members: object = {}): TrustedKey {
  return trustedKey(pair.publicKey, members)
}

function others(count: number): readonly TrustedKey[] {
  return Array.from({ length: count }, () => published(another))
}

function token(header: object = {}): string {
  const { iss, aud, exp } = CLAIMS
  return signedJwt(ours.privateKey, { alg: 'RS256', ...header }, { iss, aud, exp })
}

interface Ports {
  readonly atHand: readonly TrustedKey[] | Fault
  /** Undefined where they were fetched only just before. */
  readonly renewed?: readonly TrustedKey[] | Fault
  /** The name of a published key that is not trusted. */
  readonly leftOut?: string
}

/** What is said of a token signed by our key, and what a renewal was asked for with. */
async function wordOn(text: string, { atHand, renewed, leftOut }: Ports) {
  const renewals: CachedKeys[] = []
  const given = (keys: readonly TrustedKey[] | Fault) =>
    'outcome' in keys ? failure(keys) : success(keys)
  const keys: SigningKeys = {
    areCached: () => true,
    current: () =>
      Promise.resolve(
        'outcome' in atHand ? failure(atHand) : success({ keys: atHand, justFetched: false }),
      ),
    renewed: (used) => {
      renewals.push(used)
      return Promise.resolve(renewed && given(renewed))
    },
    problemOf: (kid) => (kid === leftOut ? 'has a short key' : undefined),
  }
  const verify = jwtVerifierWith(keys, { algorithms: ['RS256', 'RS384'] })
  const result = plain(await verify(text))
  return { word: result.ok ? 'accepted' : result, renewals }
}

const UNKNOWN = denied('key_unknown', { issuer: 'callers' })
const BAD = denied('signature_invalid', { issuer: 'callers' })

type Case = readonly [string, header: object, atHand: readonly TrustedKey[]]

describe('a signature', () => {
  it.each<Case>([
    ['the key of its name', { kid: 'a' }, [published(ours, { kid: 'a' })]],
    ['a key without a name', { kid: 'a' }, [published(ours)]],
    ['a key of any name, where the token names none', {}, [published(ours, { kid: 'b' })]],
    ['a key without a name, where the token names none', {}, [published(ours)]],
    [
      'the second of two keys that share a name',
      { kid: 'a' },
      [published(another, { kid: 'a' }), published(ours, { kid: 'a' })],
    ],
    ['a key that is for its algorithm', {}, [published(ours, { alg: 'RS256' })]],
    [
      'a key among keys of other types and for other algorithms',
      {},
      [published(curve), published(another, { alg: 'RS384' }), published(ours)],
    ],
    ['the eighth of the keys that may have made it', {}, [...others(7), published(ours)]],
    [
      'the eighth, not counting those that cannot have made it',
      { kid: 'a' },
      [
        published(curve),
        published(another, { kid: 'b' }),
        published(another, { alg: 'RS384' }),
        ...others(7),
        published(ours),
      ],
    ],
  ])('may be by %s', async (_case, header, atHand) => {
    const expected = { word: 'accepted', renewals: [] }

    expect(await wordOn(token(header), { atHand })).toStrictEqual(expected)
  })

  it.each<Case>([
    ['nobody', {}, []],
    ['a key of another name', { kid: 'a' }, [published(ours, { kid: 'b' })]],
    ['a key whose name is in another case', { kid: 'a' }, [published(ours, { kid: 'A' })]],
    ['a key for another algorithm', {}, [published(ours, { alg: 'RS384' })]],
    ['a key of another type', {}, [published(curve)]],
    ['a key of another type, even of its name', { kid: 'a' }, [published(curve, { kid: 'a' })]],
  ])('is by an unknown key where there is %s', async (_case, header, atHand) => {
    expect(await wordOn(token(header), { atHand })).toStrictEqual({
      word: UNKNOWN,
      renewals: [{ keys: atHand, justFetched: false }],
    })
  })

  it.each<Case>([
    ['another key', {}, [published(another)]],
    ['another key of its name', { kid: 'a' }, [published(another, { kid: 'a' })]],
  ])('is bad that is by %s', async (_case, header, atHand) => {
    expect(await wordOn(token(header), { atHand })).toStrictEqual({
      word: BAD,
      renewals: [{ keys: atHand, justFetched: false }],
    })
  })

  it.each([16, 99])('is good if %d other keys come before the one that made it', async (count) => {
    const { word } = await wordOn(token(), { atHand: [...others(count), published(ours)] })

    expect(word).toBe('accepted')
  })

  it('is a fault if there are more keys to try than that', async () => {
    const { word } = await wordOn(token(), { atHand: [...others(100), published(ours)] })

    expect(word).toStrictEqual(
      faulty('keys_unusable', { detail: 'too_many_keys', issuer: 'callers' }),
    )
  })

  it('is bad if exactly as many keys can be tried as there are, and none made it', async () => {
    const { word } = await wordOn(token(), { atHand: others(100) })

    expect(word).toStrictEqual(BAD)
  })

  it('is denied with the reason why the published key of its name is not trusted', async () => {
    const word = async (kid: string, members: object) =>
      (await wordOn(token({ kid }), { atHand: [published(another, members)], leftOut: 'weak' }))
        .word
    const detail = 'the named key has a short key'

    expect(await word('weak', { kid: 'b' })).toStrictEqual(
      denied('key_unknown', { issuer: 'callers', detail }),
    )
    expect(await word('unknown', { kid: 'b' })).toStrictEqual(UNKNOWN)
    // A trusted key that fits was tried.
    expect(await word('weak', {})).toStrictEqual(BAD)
  })

  it('RFC 8725 §3.1: is bad where it was made by another algorithm than the header says', async () => {
    const { word } = await wordOn(token({ alg: 'RS384' }), { atHand: [published(ours)] })

    expect(word).toStrictEqual(BAD)
  })

  it('is nobody’s to judge where there are no keys', async () => {
    const down = fault('keys_unavailable', { detail: 'status_503' })

    expect(await wordOn(token(), { atHand: down, renewed: [published(ours)] })).toStrictEqual({
      word: faulty('keys_unavailable', { detail: 'status_503', issuer: 'callers' }),
      renewals: [],
    })
  })
})

describe('a signature that fits no key at hand', () => {
  const unknown = token({ kid: 'b' })
  const bad = token({ kid: 'a' })
  const old = published(another, { kid: 'a' })

  it.each([
    ['an unknown key', unknown, published(ours, { kid: 'b' })],
    ['a new key of the same name', bad, published(ours, { kid: 'a' })],
  ])('#32: is good where the renewal brings %s', async (_case, text, fresh) => {
    const { word } = await wordOn(text, { atHand: [old], renewed: [old, fresh] })

    expect(word).toBe('accepted')
  })

  it.each([
    ['key_unknown', unknown, [old], UNKNOWN],
    ['signature_invalid', bad, [old], BAD],
    ['signature_invalid', bad, [], BAD],
    ['key_unknown', unknown, [published(ours, { kid: 'c' })], UNKNOWN],
    ['key_unknown', unknown, [published(ours, { kid: 'b', alg: 'RS384' })], UNKNOWN],
  ] as const)('is refused as before where the renewal does not help: %s', async (...given) => {
    const [, text, renewed, expected] = given

    expect((await wordOn(text, { atHand: [old], renewed })).word).toStrictEqual(expected)
  })

  it('is nobody’s to judge where the renewal failed', async () => {
    const renewed = fault('keys_unavailable', { detail: 'timed_out' })

    expect((await wordOn(unknown, { atHand: [old], renewed })).word).toStrictEqual(
      faulty('keys_unavailable', { detail: 'timed_out', issuer: 'callers' }),
    )
  })
})

describe('RFC 7515 §4.1.7: the thumbprint of a certificate', () => {
  const fresh = [published(ours)]

  it('has no newer key asked for where one of the keys at hand has it', async () => {
    const atHand = [published(another), published(another, { x5t: 'cert-1' })]

    expect(await wordOn(token({ x5t: 'cert-1' }), { atHand, renewed: fresh })).toStrictEqual({
      word: BAD,
      renewals: [],
    })
  })

  it.each([
    ['where it is another', { x5t: 'cert-2' }, { x5t: 'cert-1' }],
    ['where the token has none', {}, { x5t: 'cert-1' }],
    ['where the key has none', { x5t: 'cert-2' }, {}],
    ['where neither has one', {}, {}],
    [
      'where the key that has it cannot have signed',
      { x5t: 'cert-1' },
      { x5t: 'cert-1', alg: 'RS384' },
    ],
  ])('tells nothing %s', async (_case, header, members) => {
    const atHand = [published(another, members)]

    expect((await wordOn(token(header), { atHand, renewed: fresh })).word).toBe('accepted')
  })
})
