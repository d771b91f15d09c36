/**
 * Owns the proof of how a document as a whole is read: as JSON, and that its issuers can be told
 * apart.
 * Pure.
 */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readDocument } from '../../../src/config/read-document.ts'
import {
  CLIENT,
  configOf,
  documentOf,
  ISSUER,
  problem,
  problemsOf,
  type Members,
} from '../support/documents.ts'

const jwkOf = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'jwk',
  })
const [ONE_KEY, OTHER_KEY] = [jwkOf(), jwkOf()]

const withIssuers = (...issuers: readonly Members[]): Members =>
  documentOf({ issuers: issuers.map((changes) => ({ ...ISSUER, ...changes })) })

const lookalike = (index: number, earlier: string) =>
  problem(
    `issuers.${index}.audience`,
    `overlaps with that of issuer ${earlier}, which has the same issuer and keys`,
    'Give audiences that differ, or make one issuer of the two.',
  )

describe('the text of a document', () => {
  it.each([
    ['', ': it ends too early'],
    ['{', expect.stringMatching(/./)],
    ['[]', ''],
    ['"text"', ''],
    ['null', ''],
    ['authorizer-config.json', ''],
    ['{"issuers": []} x', ' from line 1, column 17 on'],
    ['{\n  "issuers": [],\n}', ' from line 3, column 1 on'],
    ['{\n  "issuers": [1 2]\n}', ' from line 2, column 17 on'],
  ])('is refused as %j', (text, where) => {
    const reading = readDocument(text, 'ocid1.vaultsecret.oc1..a')
    const [told, ...more] = reading.ok ? [] : reading.error

    expect(more).toStrictEqual([])
    expect(told).toStrictEqual({
      key: 'ocid1.vaultsecret.oc1..a',
      problem: expect.stringMatching(/^is no JSON object/) as unknown,
      remedy: 'Check it with a JSON editor, and that it is the document and no name of a file.',
    })
    expect(told?.problem.slice('is no JSON object'.length)).toEqual(where)
  })

  it('has its problems told by the key that holds it', () => {
    const text = JSON.stringify(documentOf({ unmatched: 'refuse' }))

    expect(readDocument(text, 'somewhere')).toStrictEqual({
      ok: false,
      error: [
        {
          key: 'somewhere: unmatched',
          problem: 'has no effect beside a backend without `when`',
          remedy: 'Leave it out, or give the last backend a condition.',
        },
      ],
    })
  })

  it('never has its values told: one could be a secret', () => {
    const secret = 's3cret'
    const told = JSON.stringify(
      problemsOf({
        issuers: [{ ...ISSUER, name: `${secret} ${secret}`, audience: secret, client: secret }],
        backends: [{ name: 'oic', scope: [secret], client: { client_id: [secret] } }],
        unmatched: secret,
      }),
    )

    expect(told).toContain('issuers.0.audience')
    expect(told).not.toContain(secret)
  })
})

describe('a document that nobody has thought of', () => {
  it.each(['__proto__', 'constructor', 'prototype'])(
    'is refused with a claim whose rule would get lost: %s',
    (name) => {
      const [before, after] = JSON.stringify(
        documentOf({ issuers: [{ ...ISSUER, required_claims: { NAME: 'x', tenant: 'a' } }] }),
      ).split('NAME')
      const reading = readDocument(`${before}${name}${after}`, 'key')

      expect(reading).toStrictEqual({
        ok: false,
        error: [
          {
            key: `key: issuers.0.required_claims.${name}`,
            problem: 'has a name that cannot be used',
            remedy: 'Leave it out.',
          },
        ],
      })
    },
  )

  it('is refused, and its defect told, where reading it fails', () => {
    const text = `{"issuers":${'['.repeat(20_000)}${']'.repeat(20_000)}}`

    expect(readDocument(text, 'key')).toStrictEqual({
      ok: false,
      error: [
        {
          key: 'key',
          problem: 'cannot be understood',
          remedy: 'Simplify it; and report it, without its secrets: this is a defect.',
        },
      ],
    })
  })
})

describe('several issuers of a document', () => {
  it('stand in the order of the document', () => {
    const { issuers } = configOf(
      withIssuers({ name: 'b', audience: ['b'] }, { name: 'a', audience: ['a'] }),
    )

    expect(issuers.map(({ name }) => name)).toStrictEqual(['b', 'a'])
  })

  it('have names of their own', () => {
    expect(
      problemsOf(withIssuers({}, { name: 'b', audience: ['b'] }, { audience: ['c'] })),
    ).toStrictEqual([problem('issuers.2.name', 'is taken', 'Give each issuer its own name.')])
  })

  it('have what is wrong with each of them told at its place', () => {
    const jwks_uri = 'http://idp.example/keys'

    expect(
      problemsOf(withIssuers({}, { name: 'b', jwks_uri })).map(({ key }) => key),
    ).toStrictEqual(['authorizer_config: issuers.1.jwks_uri'])
  })

  it('have each told that it has no key, though the others have none either', () => {
    const none: Members = { jwks_uri: undefined, jwks: { keys: [] } }

    expect(
      problemsOf(withIssuers({ ...none, name: 'a' }, { ...none, name: 'b', audience: ['b'] })),
    ).toStrictEqual(
      [0, 1].map((index) =>
        problem(
          `issuers.${index}.jwks`,
          'has no key',
          'Give a JWK Set as the identity provider publishes it.',
        ),
      ),
    )
  })

  const introspecting: Members = {
    jwks_uri: undefined,
    introspection_endpoint: 'https://idp.example/introspect',
    client: CLIENT,
  }
  const asStatic = (key: object): Members => ({ jwks_uri: undefined, jwks: { keys: [key] } })
  const discovering = (issuer: string): Members => ({
    jwks_uri: undefined,
    provider: { preset: 'oidc', issuer },
  })

  it.each<readonly [string, Members, Members]>([
    ['the same audience', {}, {}],
    ['one audience of several', { audience: ['a', 'b'] }, { audience: ['c', 'b'] }],
    ['any audience at the first', { audience: 'any' }, { audience: ['other'] }],
    ['any audience at the second', { audience: ['other'] }, { audience: 'any' }],
    ['one introspection endpoint', introspecting, introspecting],
    ['one key in the document', asStatic(ONE_KEY), asStatic({ ...ONE_KEY, kid: 'other' })],
    [
      'one address of keys, whatever else one of them asks',
      { ...introspecting, jwks_uri: ISSUER['jwks_uri'], validation: 'jwt_and_introspection' },
      { validation: 'jwt' },
    ],
    [
      'one introspection endpoint, whatever else one of them checks',
      { ...introspecting, jwks_uri: ISSUER['jwks_uri'], validation: 'jwt_and_introspection' },
      introspecting,
    ],
    ['one discovery', discovering('https://a.example'), discovering('https://a.example')],
  ])('are refused where nothing tells them apart: %s', (_case, one, other) => {
    expect(problemsOf(withIssuers({ name: 'a', ...one }, { name: 'b', ...other }))).toStrictEqual([
      lookalike(1, 'a'),
    ])
  })

  it.each<readonly [string, Members, Members]>([
    ['audience', { audience: ['a', 'b'] }, { audience: ['c', 'd'] }],
    ['issuer', {}, { issuer: 'https://other.example' }],
    ['address of keys', {}, { jwks_uri: 'https://idp.example/other' }],
    ['keys in the document', asStatic(ONE_KEY), asStatic(OTHER_KEY)],
    [
      'introspection endpoint',
      introspecting,
      { ...introspecting, introspection_endpoint: 'https://idp.example/other' },
    ],
    [
      'discovery',
      discovering('https://a.example'),
      { ...discovering('https://a.example/realm'), issuer: 'https://idp.example' },
    ],
  ])('are accepted where they differ in their %s', (_case, one, other) => {
    expect(problemsOf(withIssuers({ name: 'a', ...one }, { name: 'b', ...other }))).toStrictEqual(
      [],
    )
  })

  it('are each compared with all before it', () => {
    const b: Members = { name: 'b', audience: ['b'] }

    expect(problemsOf(withIssuers({ name: 'a' }, b, { name: 'c' }))).toStrictEqual([
      lookalike(2, 'a'),
    ])
  })
})
