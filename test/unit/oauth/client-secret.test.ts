import { describe, expect, it } from '@jest/globals'
import { readSecretContent } from '../../../src/oauth/client-secret.ts'
import { Redacted } from '../../../src/platform/redacted.ts'

function read(text: string) {
  const { clientId, secret, hasWhiteSpace } = readSecretContent(new Redacted(text))
  return [clientId, secret.reveal(), hasWhiteSpace]
}

describe('readSecretContent', () => {
  it.each([
    ['a secret', 's3cret'],
    ['a secret that contains a space', 's3 cret'],
    ['a secret that begins with a brace', '{s3cret'],
    ['a key with a trailing line break', '-----BEGIN X\n'],
    ['a JWK', '{"kty":"EC","d":"x"}'],
    ['a JWK with a trailing line break', '{"kty":"EC"}\n'],
    ['an empty secret', '{"client_secret":""}'],
    ['a number', '{"client_secret":5}'],
    ['other JSON', '{"secret":"s"}'],
  ])('returns the content unchanged: %s', (_case, text) => {
    expect(read(text)).toStrictEqual([undefined, text, false])
  })

  it.each([
    ['ID and secret', '{"client_id":"a","client_secret":"s"}', 'a', 's'],
    ['several lines', '\n{\n"client_id":"a",\n"client_secret":"s"}\n', 'a', 's'],
    ['only a secret', '{"client_secret":"s"}', undefined, 's'],
    ['a PEM key', '{"private_key":"-----BEGIN X\\n"}', undefined, '-----BEGIN X\n'],
    ['an empty ID', '{"client_id":"","client_secret":"s"}', undefined, 's'],
    ['ID and PEM key', '{"client_id":"a","private_key":"-----BEGIN"}', 'a', '-----BEGIN'],
    ['ID and JWK', '{"client_id":"a","private_key":{"kty":"EC"}}', 'a', '{"kty":"EC"}'],
  ])('reads a JSON object: %s', (_case, text, clientId, secret) => {
    expect(read(text)).toStrictEqual([clientId, secret, false])
  })

  it.each([
    ['a trailing line break', 's3cret\n', 's3cret\n'],
    ['a leading space', ' s3cret', ' s3cret'],
    ['a trailing line break in JSON', '{"client_secret":"s\\n"}', 's\n'],
  ])('reports white space around the secret: %s', (_case, text, secret) => {
    expect(read(text)).toStrictEqual([undefined, secret, true])
  })
})
