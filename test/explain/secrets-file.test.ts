import { describe, expect, it } from '@jest/globals'
import { UsageError } from '../../scripts/command-line/parse.ts'
import { readSecretsFile } from '../../scripts/explain/secrets-file.ts'

function read(text: string) {
  return readSecretsFile(Buffer.from(text))
}

describe('readSecretsFile', () => {
  it.each([
    ['a client ID that begins with a digit', '0123456789abcdef0123456789abcdef'],
    ['a GUID', '11111111-1111-1111-1111-111111111111'],
    ['an OCID', 'ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa'],
    ['a client ID with an underscore', 'my_client'],
  ])('reads the secret of %s from a line or from JSON', (_case, name) => {
    const expected = new Map([[name, 's3cret']])

    expect(read(`${name}=s3cret`)).toStrictEqual(expected)
    expect(read(JSON.stringify({ [name]: 's3cret' }))).toStrictEqual(expected)
  })

  it('reads one secret per line, without comments and empty lines', () => {
    const text = '\uFEFF# secrets\r\n\r\n one =1\r\ntwo=2\r\n'

    expect([...read(text)]).toStrictEqual([
      ['one', '1'],
      ['two', '2'],
    ])
  })

  it.each(['client=s3cret', '{"client":"s3cret"}'])('accepts a byte order mark: %s', (text) => {
    expect(read(`\uFEFF${text}`)).toStrictEqual(new Map([['client', 's3cret']]))
  })

  it.each<[string, BufferEncoding]>([
    ['Latin-1', 'latin1'],
    ['UTF-16', 'utf16le'],
  ])('rejects %s, without the content in the message', (_case, encoding) => {
    const content = Buffer.from('\uFEFFclient=s\u00FCcret', encoding)

    expect(() => readSecretsFile(content)).toThrow(
      new UsageError('The file of --secrets is not UTF-8: save it as UTF-8.'),
    )
  })

  it.each(['"quoted"', "'quoted'", ' with spaces ', 'a=b==', '# not a comment', '{'])(
    'reads the secret unchanged: %s',
    (secret) => {
      expect(read(`client=${secret}`)).toStrictEqual(new Map([['client', secret]]))
    },
  )

  it.each([
    ['a line without =', 'client: secret-of-a-client'],
    ['a line without a name', '=secret-of-a-client'],
    ['a repeated name', 'a=secret-of-a-client\na=2'],
    ['broken JSON', '{"a": "secret-of-a-client"'],
    ['JSON with a value that is not a string', '{"a": ["secret-of-a-client"]}'],
  ])('rejects %s, without the secret in the message', (_case, text) => {
    expect(() => read(text)).toThrow(UsageError)
    expect(() => read(text)).not.toThrow(/secret-of-a-client/)
  })
})
