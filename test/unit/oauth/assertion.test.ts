import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { signAssertion } from '../../../src/oauth/assertion.ts'
import type { PrivateKey } from '../../../src/oauth/private-key.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { StandingClock } from '../support/time.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

async function signedWith(
  keyNames: Partial<PrivateKey>,
  keyId?: string,
  audience: readonly string[] = ['https://idp.example/'],
) {
  const assertion = await signAssertion(
    { issuer: 'client-1', subject: 'jdoe', audience, lifetime: seconds(60) },
    { key: privateKey, alg: 'ES256', kid: undefined, x5t: undefined, ...keyNames },
    keyId,
    new StandingClock(),
  )
  return readUnverifiedJwt(assertion.reveal())
}

describe('the header of an assertion', () => {
  it.each<readonly [string, Partial<PrivateKey>, string | undefined, object]>([
    ['no key ID', {}, undefined, {}],
    ['the `kid` of the JWK', { kid: 'own' }, undefined, { kid: 'own' }],
    ['the configured key ID', { kid: 'own' }, 'alias', { kid: 'alias' }],
    ['the thumbprint of the certificate', { x5t: 'abc' }, undefined, { x5t: 'abc' }],
  ])('has %s', async (_case, keyNames, keyId, expected) => {
    const jwt = await signedWith(keyNames, keyId)

    expect(jwt?.header).toStrictEqual({ alg: 'ES256', typ: 'JWT', ...expected })
  })
})

describe('the audience of an assertion', () => {
  it.each<readonly [string, readonly string[], unknown]>([
    ['a string for one value', ['a'], 'a'],
    ['an array for several values', ['a', 'b'], ['a', 'b']],
    ['an empty array without values', [], []],
  ])('is %s', async (_case, audience, expected) => {
    expect(await signedWith({}, undefined, audience)).toMatchObject({ payload: { aud: expected } })
  })
})
