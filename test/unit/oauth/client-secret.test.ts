import { describe, expect, it } from '@jest/globals'
import { readSecretContent } from '../../../src/oauth/client-secret.ts'
import { Redacted } from '../../../src/platform/redacted.ts'

function read(text: string) {
  const { clientId, secret, hasWhiteSpace } = readSecretContent(new Redacted(text))
  return [clientId, secret.reveal(), hasWhiteSpace]
}

describe('the content of a secret', () => {
  it.each([
    ['a secret', 's3cret', [undefined, 's3cret', false]],
    ['a secret with a line break at its end', 's3cret\n', [undefined, 's3cret\n', true]],
    ['a secret with a blank before it', ' s3cret', [undefined, ' s3cret', true]],
    ['a secret with a blank within', 's3 cret', [undefined, 's3 cret', false]],
    ['a secret that begins with a brace', '{s3cret', [undefined, '{s3cret', false]],
    ['a key with a line break at its end', '-----BEGIN X\n', [undefined, '-----BEGIN X\n', false]],
    ['id and secret', '{"client_id":"a","client_secret":"s"}', ['a', 's', false]],
    ['id and secret on lines', '\n{\n"client_id":"a",\n"client_secret":"s"}\n', ['a', 's', false]],
    ['a secret alone', '{"client_secret":"s"}', [undefined, 's', false]],
    [
      'a secret alone with a line break at its end',
      '{"client_secret":"s\\n"}',
      [undefined, 's\n', true],
    ],
    [
      'a key as PEM with a line break at its end',
      '{"private_key":"-----BEGIN X\\n"}',
      [undefined, '-----BEGIN X\n', false],
    ],
    ['an empty id', '{"client_id":"","client_secret":"s"}', [undefined, 's', false]],
    [
      'id and key as PEM',
      '{"client_id":"a","private_key":"-----BEGIN"}',
      ['a', '-----BEGIN', false],
    ],
    [
      'id and key as JWK',
      '{"client_id":"a","private_key":{"kty":"EC"}}',
      ['a', '{"kty":"EC"}', false],
    ],
    ['a JWK', '{"kty":"EC","d":"x"}', [undefined, '{"kty":"EC","d":"x"}', false]],
    ['a JWK with a line break at its end', '{"kty":"EC"}\n', [undefined, '{"kty":"EC"}\n', false]],
    ['an empty secret', '{"client_secret":""}', [undefined, '{"client_secret":""}', false]],
    ['a number', '{"client_secret":5}', [undefined, '{"client_secret":5}', false]],
    ['other JSON', '{"secret":"s"}', [undefined, '{"secret":"s"}', false]],
  ])('is read: %s', (_case, text, expected) => {
    expect(read(text)).toStrictEqual(expected)
  })
})
