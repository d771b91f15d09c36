import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { signAssertion } from '../../../src/oauth/assertion.ts'
import type { PrivateKey } from '../../../src/oauth/private-key.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { StandingClock } from '../support/time.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

async function signed(
  names: Partial<PrivateKey>,
  keyId?: string,
  audience: readonly string[] = ['https://idp.example/'],
) {
  const assertion = await signAssertion(
    { issuer: 'client-1', subject: 'jdoe', audience, lifetime: seconds(60) },
    { key: privateKey, alg: 'ES256', kid: undefined, x5t: undefined, ...names },
    keyId,
    new StandingClock(),
  )
  return readUnverifiedJwt(assertion.reveal())
}

describe('the header of an assertion', () => {
  it.each<readonly [string, Partial<PrivateKey>, string | undefined, object]>([
    ['no name of the key', {}, undefined, {}],
    ['the `kid` of the JWK', { kid: 'own' }, undefined, { kid: 'own' }],
    ['the configured name of the key', { kid: 'own' }, 'alias', { kid: 'alias' }],
    ['the thumbprint of the certificate', { x5t: 'abc' }, undefined, { x5t: 'abc' }],
  ])('has %s', async (_case, names, keyId, expected) => {
    const jwt = await signed(names, keyId)

    expect(jwt?.header).toStrictEqual({ alg: 'ES256', typ: 'JWT', ...expected })
  })
})

describe('the audience of an assertion', () => {
  it.each<readonly [string, readonly string[], unknown]>([
    ['a string if there is one', ['a'], 'a'],
    ['an array if there are several', ['a', 'b'], ['a', 'b']],
    ['an empty array if there is none', [], []],
  ])('is %s', async (_case, audience, expected) => {
    expect(await signed({}, undefined, audience)).toMatchObject({ payload: { aud: expected } })
  })
})
