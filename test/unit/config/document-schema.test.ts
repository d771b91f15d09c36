import { describe, expect, it } from '@jest/globals'
import {
  BACKEND,
  CLIENT,
  documentOf,
  ISSUER,
  keysWithProblems,
  problem,
  problemsOf,
  withBackend,
  withIssuer,
} from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import { refusal, type Refusal } from './schema-fixture.ts'

describe('a document', () => {
  it('has issuers and backends', () => {
    expect(problemsOf({})).toStrictEqual([
      problem('issuers', 'is missing', 'Add "issuers".'),
      problem('backends', 'is missing', 'Add "backends".'),
    ])
  })

  it('may name its schema', () => {
    expect(problemsOf(documentOf({ $schema: './authorizer-config.schema.json' }))).toStrictEqual([])
  })

  it.each<Refusal>([
    [{ issuers: [] }, 'issuers', 'has too few entries'],
    [{ issuers: {} }, 'issuers', 'is not a list'],
    [{ issuers: ['callers'] }, 'issuers.0', 'is not an object'],
    [{ backends: [] }, 'backends', 'has too few entries'],
    [{ backends: 'oic' }, 'backends', 'is not a list'],
    [{ backends: [null] }, 'backends.0', 'is not an object'],
    [{ unmatched: 'permit' }, 'unmatched', 'has an unknown value', 'Give "refuse".'],
    [{ $schema: 1 }, '$schema', 'is not a string'],
    [{ log_level: 'info' }, 'log_level', 'is unknown'],
  ])('is rejected with %p', (changes, path, ...fault) => {
    expect(problemsOf(documentOf(changes))).toStrictEqual([refusal(path, ...fault)])
  })

  it('has all problems listed at once, one for each member', () => {
    expect(
      problemsOf({
        ...withIssuer({ audience: undefined, clock_tolerance_seconds: -0.5 }),
        backends: [{ ...BACKEND, when: { client: 'a' }, scope: undefined }],
      }),
    ).toStrictEqual([
      problem('issuers.0.audience', 'is missing', REMEDIES.audience),
      problem(
        'issuers.0.clock_tolerance_seconds',
        'is not a whole number',
        'Give a whole number of seconds from 0 to 300.',
      ),
      refusal('backends.0.when.client', 'is unknown'),
      problem('backends.0.scope', 'is missing', REMEDIES.scope),
    ])
  })
})

describe('a document with a member of the wrong type', () => {
  it('has the rest of the entry validated, without consequential problems', () => {
    const changes = { audience: 5, jwks_uri: 5, client: 5, issuer: undefined }

    expect(keysWithProblems(withIssuer(changes))).toStrictEqual(
      ['audience', 'jwks_uri', 'client', 'issuer'].map(
        (name) => `authorizer_config: issuers.0.${name}`,
      ),
    )
  })

  it.each([
    ['issuers.0', { issuers: [{ ...ISSUER, issuer: undefined, validation: 'x' }] }],
    ['issuers.0', { issuers: [{ ...ISSUER, issuer: undefined, provider: 'x' }] }],
    ['backends.0', { backends: [{ name: 'oic', grant: 'x' }] }],
  ])('has no missing members reported if the required ones are unknown: %s', (_path, changes) => {
    expect(problemsOf(documentOf(changes))).toHaveLength(1)
  })

  it('has the other entries validated', () => {
    const backends = [5, { ...BACKEND, scope: undefined }]

    expect(keysWithProblems(documentOf({ backends }))).toStrictEqual([
      'authorizer_config: backends.0',
      'authorizer_config: backends.1.scope',
    ])
  })
})

describe('an endpoint or a secret that the validation or grant does not use', () => {
  it.each([
    [
      'issuers.0.introspection_endpoint',
      withIssuer({ introspection_endpoint: 'http://a.example' }),
    ],
    [
      'issuers.0.jwks_uri',
      withIssuer({
        jwks_uri: 'http://a.example',
        validation: 'introspection',
        introspection_endpoint: 'https://a.example/introspect',
        client: CLIENT,
      }),
    ],
    [
      'backends.0.assertion.key_ocid',
      withBackend({ client_auth: 'private_key_jwt', assertion: { key_ocid: 's3cret' } }),
    ],
  ])('is validated, too: %s', (path, document) => {
    expect(keysWithProblems(document)).toContain(`authorizer_config: ${path}`)
  })
})

describe('a number of a document', () => {
  it.each([
    [Number.MAX_SAFE_INTEGER + 1, ''],
    [Number.MIN_SAFE_INTEGER - 1, ''],
    [1e300, ''],
    [['a', 2 ** 60], '.1'],
  ])('outside the exact range is rejected as a required claim: %j', (value, place) => {
    expect(problemsOf(withIssuer({ required_claims: { tenant: value } }))).toStrictEqual([
      problem(
        `issuers.0.required_claims.tenant${place}`,
        'is a number too large to be compared exactly',
        'Have the provider send it as a string, or require another claim.',
      ),
    ])
  })

  it.each([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.5, [1, 'a']])(
    'inside the exact range may be a required claim: %j',
    (value) => {
      expect(problemsOf(withIssuer({ required_claims: { tenant: value } }))).toStrictEqual([])
    },
  )

  it.each([
    ['issuers.0.introspection_cache_seconds', withIssuer, 0, 300],
    ['issuers.0.clock_tolerance_seconds', withIssuer, 0, 300],
    ['issuers.0.max_token_lifetime_seconds', withIssuer, 1, 31_536_000],
    ['backends.0.min_token_seconds', withBackend, 60, 3600],
  ])('has limits: %s', (path, withChanges, min, max) => {
    const remedy = `Give a whole number of seconds from ${min} to ${max}.`
    const problemsWith = (value: unknown) =>
      problemsOf(withChanges({ [path.split('.').at(-1) ?? '']: value }))

    expect([min, max].map(problemsWith)).toStrictEqual([[], []])
    expect([min - 1, max + 1, min + 0.5, String(min)].map(problemsWith)).toStrictEqual([
      [problem(path, 'is too small', remedy)],
      [problem(path, 'is too large', remedy)],
      [problem(path, 'is not a whole number', remedy)],
      [problem(path, 'is not a number', remedy)],
    ])
  })
})
