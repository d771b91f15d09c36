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
import {
  missing,
  NO_LIST,
  NO_OBJECT,
  NO_STRING,
  TOO_FEW,
  UNKNOWN,
  type Refusal,
} from './schema-fixture.ts'

describe('a document', () => {
  it('has issuers and backends', () => {
    expect(problemsOf({})).toStrictEqual([
      problem('issuers', ...missing('Add "issuers".')),
      problem('backends', ...missing('Add "backends".')),
    ])
  })

  it('may name its schema', () => {
    expect(problemsOf(documentOf({ $schema: './authorizer-config.schema.json' }))).toStrictEqual([])
  })

  it.each<Refusal>([
    [{ issuers: [] }, 'issuers', TOO_FEW],
    [{ issuers: {} }, 'issuers', NO_LIST],
    [{ issuers: ['callers'] }, 'issuers.0', NO_OBJECT],
    [{ backends: [] }, 'backends', TOO_FEW],
    [{ backends: 'oic' }, 'backends', NO_LIST],
    [{ backends: [null] }, 'backends.0', NO_OBJECT],
    [{ unmatched: 'permit' }, 'unmatched', ['has an unknown value', 'Give "refuse".']],
    [{ $schema: 1 }, '$schema', NO_STRING],
    [{ log_level: 'info' }, 'log_level', UNKNOWN],
  ])('is rejected with %p', (changes, path, fault) => {
    expect(problemsOf(documentOf(changes))).toStrictEqual([problem(path, ...fault)])
  })

  it('has all problems listed at once, one for each member', () => {
    expect(
      problemsOf({
        ...withIssuer({ audience: undefined, clock_tolerance_seconds: -0.5 }),
        backends: [{ ...BACKEND, when: { client: 'a' }, scope: undefined }],
      }),
    ).toStrictEqual([
      problem('issuers.0.audience', ...missing(REMEDIES.audience)),
      problem(
        'issuers.0.clock_tolerance_seconds',
        'is not a whole number',
        'Give a whole number of seconds from 0 to 300.',
      ),
      problem('backends.0.when.client', ...UNKNOWN),
      problem('backends.0.scope', ...missing(REMEDIES.scope)),
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
