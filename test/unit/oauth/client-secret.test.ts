import { describe, expect, it } from '@jest/globals'
import { readSecretContent } from '../../../src/oauth/client-secret.ts'
import { Redacted } from '../../../src/platform/redacted.ts'

function read(text: string) {
  const { clientId, secret, hasWhiteSpace } = readSecretContent(new Redacted(text))
  return [clientId, secret.reveal(), hasWhiteSpace]
}

describe('readSecretContent', () => {
  it.each([
    ['a secret', 's3cret', [undefined, 's3cret', false]],
    ['a secret with a trailing line break', 's3cret\n', [undefined, 's3cret\n', true]],
    ['a secret with a leading space', ' s3cret', [undefined, ' s3cret', true]],
    ['a secret that contains a space', 's3 cret', [undefined, 's3 cret', false]],
    ['a secret that begins with a brace', '{s3cret', [undefined, '{s3cret', false]],
    ['a key with a trailing line break', '-----BEGIN X\n', [undefined, '-----BEGIN X\n', false]],
    ['ID and secret', '{"client_id":"a","client_secret":"s"}', ['a', 's', false]],
    [
      'ID and secret on several lines',
      '\n{\n"client_id":"a",\n"client_secret":"s"}\n',
      ['a', 's', false],
    ],
    ['only a secret', '{"client_secret":"s"}', [undefined, 's', false]],
    [
      'only a secret with a trailing line break',
      '{"client_secret":"s\\n"}',
      [undefined, 's\n', true],
    ],
    [
      'a PEM key with a trailing line break',
      '{"private_key":"-----BEGIN X\\n"}',
      [undefined, '-----BEGIN X\n', false],
    ],
    ['an empty ID', '{"client_id":"","client_secret":"s"}', [undefined, 's', false]],
    ['ID and PEM key', '{"client_id":"a","private_key":"-----BEGIN"}', ['a', '-----BEGIN', false]],
    ['ID and JWK', '{"client_id":"a","private_key":{"kty":"EC"}}', ['a', '{"kty":"EC"}', false]],
    ['a JWK', '{"kty":"EC","d":"x"}', [undefined, '{"kty":"EC","d":"x"}', false]],
    ['a JWK with a trailing line break', '{"kty":"EC"}\n', [undefined, '{"kty":"EC"}\n', false]],
    ['an empty secret', '{"client_secret":""}', [undefined, '{"client_secret":""}', false]],
    ['a number', '{"client_secret":5}', [undefined, '{"client_secret":5}', false]],
    ['other JSON', '{"secret":"s"}', [undefined, '{"secret":"s"}', false]],
  ])('reads %s', (_case, text, expected) => {
    expect(read(text)).toStrictEqual(expected)
  })
})
