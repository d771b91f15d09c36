import { createHash, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readPrivateKey } from '../../../src/oauth/private-key.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure } from '../../../src/platform/result.ts'
import { selfSignedCertificate } from '../../support/self-signed-certificate.ts'
import { START } from '../support/time.ts'

function newRsa(modulusLength = 2048): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey
}
const rsa = newRsa()
const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date(START * 1000))
const X5T = createHash('sha1').update(new X509Certificate(certificatePem).raw).digest('base64url')

function curve(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey
}
function pem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' = 'pkcs8'): string {
  return key.export({ type, format: 'pem' }).toString()
}
function encrypted(type: 'pkcs1' | 'pkcs8'): string {
  return rsa.export({ type, format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }).toString()
}
function jwk(key: KeyObject, more = {}): string {
  return JSON.stringify({ ...key.export({ format: 'jwk' }), ...more })
}
function read(text: string) {
  return readPrivateKey(new Redacted(text))
}

describe('a private key', () => {
  it.each([
    ['PKCS #8', pem(rsa), 'RS256'],
    ['PKCS #1', pem(rsa, 'pkcs1'), 'RS256'],
    ['SEC 1', pem(curve('P-256'), 'sec1'), 'ES256'],
    ['P-384', pem(curve('P-384')), 'ES384'],
    ['P-521', pem(curve('P-521')), 'ES512'],
    ['Ed25519', pem(generateKeyPairSync('ed25519').privateKey), 'EdDSA'],
    ['JWK', jwk(curve('P-256')), 'ES256'],
    ['a PEM with remarks and blank lines around', `# ours\n\n${pem(rsa)}\n\n`, 'RS256'],
  ])('is taken as %s', (_case, text, alg) => {
    expect(read(text)).toMatchObject({ ok: true, value: { alg } })
  })

  it.each([
    ['escaped', (text: string) => text.replaceAll('\n', '\\n')],
    ['escaped twice', (text: string) => text.replaceAll('\n', '\\\\n')],
    ['escaped as Windows has them', (text: string) => text.replaceAll('\n', '\\r\\n')],
    ['those of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['blanks', (text: string) => text.replaceAll('\n', ' ')],
    ['missing', (text: string) => text.replaceAll('\n', '')],
  ])('is read if its line breaks are %s', (_how, change) => {
    expect(read(change(pem(rsa)))).toMatchObject({ ok: true, value: { alg: 'RS256' } })
    expect(read(change(pem(curve('P-256'), 'sec1')))).toMatchObject({ value: { alg: 'ES256' } })
    expect(read(change(`${privateKeyPem}\n${certificatePem}`))).toMatchObject({
      value: { x5t: X5T },
    })
  })

  it('whose line breaks became letters is rejected with a detail', () => {
    expect(read(pem(rsa).replaceAll('\n', 'n'))).toEqual(failure('line_breaks_missing'))
    expect(read(pem(rsa).replaceAll(/\s/g, ''))).toEqual(failure('line_breaks_missing'))
  })

  it('has the `kid` and the thumbprint of a JWK', () => {
    expect(read(jwk(rsa, { kid: 'ours', x5t: 'abc' }))).toMatchObject({
      value: { kid: 'ours', x5t: 'abc' },
    })
  })

  it('RFC 7515 §4.1.7: has the thumbprint of the certificate beside it', () => {
    const value = { kid: undefined, x5t: X5T }

    expect(read(`${privateKeyPem}\n${certificatePem}`)).toMatchObject({ value })
    expect(read(`${certificatePem}\n${privateKeyPem}`)).toMatchObject({ value })
  })

  it.each([
    [
      'a certificate of another key',
      `${pem(rsa)}\n${certificatePem}`,
      'certificate_of_another_key',
    ],
    ['a client secret', 'a client secret', 'no_private_key'],
    ['nothing', '', 'no_private_key'],
    ['a public JWK', '{"kty":"RSA","n":"AQAB","e":"AQAB"}', 'no_private_key'],
    ['a symmetric JWK', '{"kty":"oct","k":"AQAB"}', 'no_private_key'],
    ['a broken PEM', pem(rsa).replace(/\n.{20}/, '\n'), 'no_private_key'],
    ['an encrypted PEM', encrypted('pkcs8'), 'private_key_encrypted'],
    ['an encrypted PEM of PKCS #1', encrypted('pkcs1'), 'private_key_encrypted'],
    [
      'a certificate that cannot be read',
      `${pem(rsa)}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      'certificate_of_another_key',
    ],
    ['a short RSA key', pem(newRsa(1024)), 'private_key_weak'],
    [
      'an RSA-PSS key',
      pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey),
      'private_key_unsupported',
    ],
    ['an unknown curve', pem(curve('secp256k1')), 'private_key_unsupported'],
    [
      'a key for something else',
      pem(generateKeyPairSync('x25519').privateKey),
      'private_key_unsupported',
    ],
  ])('is rejected: %s', (_case, text, problem) => {
    expect(read(text)).toStrictEqual(failure(problem))
  })
})
