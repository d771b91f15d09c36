import { describe, expect, it } from '@jest/globals'
import { readDocument } from '../../../src/config/read-document.ts'
import { failure } from '../../../src/platform/result.ts'
import {
  configOf,
  documentOf,
  ISSUER,
  keysWithProblems,
  problem,
  problemsOf,
  withIssuers,
  type Members,
} from '../support/documents.ts'
import { configProblem, REMEDIES } from '../support/problems.ts'

describe('the text of a document', () => {
  it.each([
    ['', ': it ends too early'],
    ['{', ': it ends too early'],
    ['{"issuers": [tru', ': it ends too early'],
    ['{"issuers": "a', ': it ends too early'],
    ['\uFEFF{"issuers": [', ': it ends too early'],
    ['[]', ''],
    ['\uFEFF[]', ''],
    ['"text"', ''],
    ['null', ''],
    ['authorizer-config.json', ' from line 1, column 1 on'],
    ['{"issuers": []} x', ' from line 1, column 17 on'],
    ['{\n  "issuers": [],\n}', ' from line 3, column 1 on'],
    ['{\n  "issuers": [1 2]\n}', ' from line 2, column 17 on'],
    ['{\n  "issuers": x,\n "y": {}, x}', ' from line 2, column 14 on'],
    ['\uFEFF{"issuers": x}', ' from line 1, column 13 on'],
  ])('is rejected as %j', (text, where) => {
    expect(readDocument(text, 'ocid1.vaultsecret.oc1..a')).toStrictEqual(
      failure([
        configProblem(
          'ocid1.vaultsecret.oc1..a',
          `is not a JSON object${where}`,
          REMEDIES.noJsonObject,
        ),
      ]),
    )
  })

  it.each([
    ['{“issuers”: []}', 'column 2'],
    ['{"name": "“a”", "issuers": “a”}', 'column 28'],
    ['{"issuers": «a»}', 'column 13'],
    ['{"issuers": ‘a’}', 'column 13'],
  ])('is rejected with typographic quotes: %s', (text, where) => {
    expect(readDocument(text, 'key')).toStrictEqual(
      failure([
        configProblem(
          'key',
          `is not a JSON object from line 1, ${where} on`,
          'Use plain quotes ("), there and elsewhere: a word processor has replaced them.',
        ),
      ]),
    )
  })

  it('has its problems reported with the key that holds it', () => {
    const text = JSON.stringify(documentOf({ unmatched: 'refuse' }))

    expect(readDocument(text, 'somewhere')).toStrictEqual(
      failure([
        configProblem(
          'somewhere: unmatched',
          'has no effect beside a backend without `when`',
          'Leave it out, or give the last backend a condition.',
        ),
      ]),
    )
  })

  it('has no values in its problems, as they could be secrets', () => {
    const secret = 's3cret'
    const problems = JSON.stringify(
      problemsOf({
        issuers: [{ ...ISSUER, name: `${secret} ${secret}`, audience: secret, client: secret }],
        backends: [{ name: 'oic', scope: [secret], client: { client_id: [secret] } }],
        unmatched: secret,
      }),
    )

    expect(problems).toContain('issuers.0.audience')
    expect(problems).not.toContain(secret)
  })
})

describe('an unexpected document', () => {
  it.each(['__proto__', 'constructor', 'prototype'])(
    'is rejected with a claim whose rule would be lost: %s',
    (name) => {
      const [before, after] = JSON.stringify(
        documentOf({ issuers: [{ ...ISSUER, required_claims: { NAME: 'x', tenant: 'a' } }] }),
      ).split('NAME')
      const reading = readDocument(`${before}${name}${after}`, 'key')

      expect(reading).toStrictEqual(
        failure([
          configProblem(
            `key: issuers.0.required_claims.${name}`,
            'has a name that cannot be used',
            'Leave it out.',
          ),
        ]),
      )
    },
  )

  it('is rejected with the defect if reading fails', () => {
    const text = `{"issuers":${'['.repeat(20_000)}${']'.repeat(20_000)}}`

    expect(readDocument(text, 'key')).toStrictEqual(
      failure([
        configProblem(
          'key',
          'cannot be validated',
          'This is a defect: report it, without secrets. A simpler configuration may avoid it.',
        ),
      ]),
    )
  })
})

describe('several issuers of a document', () => {
  it('have the order of the document', () => {
    const document = withIssuers({ name: 'b', audience: ['b'] }, { name: 'a', audience: ['a'] })
    const { issuers } = configOf(document)

    expect(issuers.map(({ name }) => name)).toStrictEqual(['b', 'a'])
  })

  it('must have different names', () => {
    const document = withIssuers({}, { name: 'b', audience: ['b'] }, { audience: ['c'] })

    expect(problemsOf(document)).toStrictEqual([
      problem('issuers.2.name', 'is taken', 'Give each issuer its own name.'),
    ])
  })

  it('have problems with their own paths', () => {
    const jwks_uri = 'http://idp.example/keys'

    expect(keysWithProblems(withIssuers({}, { name: 'b', jwks_uri }))).toStrictEqual([
      'authorizer_config: issuers.1.jwks_uri',
    ])
  })

  it('are each reported for missing keys', () => {
    const none: Members = { jwks_uri: undefined, jwks: { keys: [] } }

    const document = withIssuers({ ...none, name: 'a' }, { ...none, name: 'b', audience: ['b'] })

    expect(problemsOf(document)).toStrictEqual(
      [0, 1].map((index) => problem(`issuers.${index}.jwks`, 'has no key', REMEDIES.noKey)),
    )
  })
})
