import { describe, expect, it } from '@jest/globals'
import {
  BACKEND,
  CLIENT,
  documentOf,
  ISSUER,
  issuerOf,
  problem,
  problemsOf,
  withBackend,
  withIssuer,
  type Members,
} from '../support/documents.ts'

const MISSING = 'is missing'
const UNKNOWN = 'is unknown'

/** `none` where there is no such key; sentences as they are. */
function remedyOf(expected: string): string {
  if (/^[A-Z].*\.$/.test(expected)) return expected
  return expected === 'none' ? 'Leave it out, or correct its spelling.' : `Add ${expected}.`
}
const AUDIENCE =
  'Give the primary audience of the API’s application, such as https://api.example.com/.'
const CLIENT_ID = 'Give the client id of our application at the callers’ identity provider.'
const CLIENT_SECRET = 'Give the OCID of the Vault secret with the application’s client secret.'
const SCOPE =
  'Give the scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.'
const BACKEND_CLIENT_ID = 'Give the client id of the application that holds ServiceInvoker.'
function exposed(key: string): string {
  return `If this is the secret itself, replace it: others can read it. Give ${key}.`
}
const SOME_OCID = 'the OCID of a Vault secret, in a key that ends in _ocid'
const NO_LIST = 'is not a list'
const NO_OBJECT = 'is not an object'
const NO_STRING = 'is not a string'
const UNKNOWN_VALUE = 'has an unknown value'
const WRONG_TYPE = 'has a value of the wrong type'
const LIST = 'Give a list in square brackets.'
const OBJECT = 'Give an object in braces.'
const SECONDS = 'Give a whole number of seconds from 0 to 300.'
const EMPTY = 'is empty'
const TOO_FEW = 'has too few entries'
const PRESETS = 'Give one of "oci_iam", "entra", "okta", "auth0", "keycloak", "cognito", "oidc".'
const BAD_NAME = 'is not a usable name'
const NAME = 'Give 1 to 64 letters, digits, dots, underscores or hyphens.'
const LONG_NAME = 'Aa0._-'.padEnd(65, 'x')
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const SUBJECT_TOKEN_TYPES = [
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
]

function anyOf(values: readonly string[]): string {
  return `Give one of ${values.map((value) => JSON.stringify(value)).join(', ')}.`
}

/** Changes, and where they are wrong, how, and what was expected. */
type Refusal = readonly [changes: Members, path: string, what: string, expected: string]

function refusals(refused: readonly Refusal[]) {
  return refused.map(([changes, path, what, expected]) => ({ changes, path, what, expected }))
}

describe('a document', () => {
  it('has issuers and backends', () => {
    expect(problemsOf({})).toStrictEqual([
      problem('issuers', MISSING, 'Add "issuers".'),
      problem('backends', MISSING, 'Add "backends".'),
    ])
  })

  it('may name its schema', () => {
    expect(problemsOf(documentOf({ $schema: './authorizer-config.schema.json' }))).toStrictEqual([])
  })

  it.each(
    refusals([
      [{ issuers: [] }, 'issuers', TOO_FEW, 'Give at least one entry.'],
      [{ issuers: {} }, 'issuers', NO_LIST, LIST],
      [{ issuers: ['callers'] }, 'issuers.0', NO_OBJECT, OBJECT],
      [{ backends: [] }, 'backends', TOO_FEW, 'Give at least one entry.'],
      [{ backends: 'oic' }, 'backends', NO_LIST, LIST],
      [{ backends: [null] }, 'backends.0', NO_OBJECT, OBJECT],
      [{ unmatched: 'permit' }, 'unmatched', UNKNOWN_VALUE, 'Give "refuse".'],
      [{ $schema: 1 }, '$schema', NO_STRING, 'Give a string.'],
      [{ log_level: 'info' }, 'log_level', UNKNOWN, 'none'],
    ]),
  )('is rejected with $changes', ({ changes, path, what, expected }) => {
    expect(problemsOf(documentOf(changes))).toStrictEqual([problem(path, what, remedyOf(expected))])
  })

  it('has all problems listed at once, one for each member', () => {
    expect(
      problemsOf({
        ...withIssuer({ audience: undefined, clock_tolerance_seconds: -0.5 }),
        backends: [{ ...BACKEND, when: { client: 'a' }, scope: undefined }],
      }),
    ).toStrictEqual([
      problem('issuers.0.audience', MISSING, AUDIENCE),
      problem('issuers.0.clock_tolerance_seconds', 'is not a whole number', SECONDS),
      problem('backends.0.when.client', UNKNOWN, remedyOf('none')),
      problem('backends.0.scope', MISSING, SCOPE),
    ])
  })
})

describe('a document with a member of the wrong type', () => {
  it('has the rest of the entry validated, without consequential problems', () => {
    const changes = { audience: 5, jwks_uri: 5, client: 5, issuer: undefined }

    expect(problemsOf(withIssuer(changes)).map(({ key }) => key)).toStrictEqual(
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

    expect(problemsOf(documentOf({ backends })).map(({ key }) => key)).toStrictEqual([
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
    expect(problemsOf({ ...document }).map(({ key }) => key)).toContain(
      `authorizer_config: ${path}`,
    )
  })
})

describe('an issuer of a document', () => {
  it.each(['x', 'A-Z_a-z.0-9', LONG_NAME.slice(1)])('may have the name %s', (name) => {
    expect(issuerOf({ name }).name).toBe(name)
  })

  it.each(
    refusals([
      [{ name: undefined }, 'name', MISSING, '"name"'],
      [{ name: 1 }, 'name', NO_STRING, 'Give a string.'],
      [{ name: '' }, 'name', BAD_NAME, NAME],
      [{ name: LONG_NAME }, 'name', BAD_NAME, NAME],
      [{ name: ' callers' }, 'name', BAD_NAME, NAME],
      [{ name: 'callers\n' }, 'name', BAD_NAME, NAME],
      [{ provider: 'okta' }, 'provider', NO_OBJECT, OBJECT],
      [{ provider: {} }, 'provider.preset', UNKNOWN_VALUE, PRESETS],
      [{ provider: { preset: 'other' } }, 'provider.preset', UNKNOWN_VALUE, PRESETS],
      [{ provider: { preset: 'oci_iam' } }, 'provider.domain_url', MISSING, '"domain_url"'],
      [{ provider: { preset: 'entra' } }, 'provider.tenant', MISSING, '"tenant"'],
      [{ provider: { preset: 'okta' } }, 'provider.org_url', MISSING, '"org_url"'],
      [{ provider: { preset: 'auth0' } }, 'provider.tenant_url', MISSING, '"tenant_url"'],
      [{ provider: { preset: 'keycloak' } }, 'provider.realm_url', MISSING, '"realm_url"'],
      [{ provider: { preset: 'oidc' } }, 'provider.issuer', MISSING, '"issuer"'],
      [
        { provider: { preset: 'oidc', issuer: '' } },
        'provider.issuer',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [
        {
          provider: {
            preset: 'entra',
            tenant: '0f0f0f0f-0000-4000-8000-000000000000',
            token_version: 3,
          },
        },
        'provider.token_version',
        UNKNOWN_VALUE,
        'Give one of 1, 2.',
      ],
      [
        { provider: { preset: 'okta', org_url: 'https://a.example', authorization_server: '' } },
        'provider.authorization_server',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [
        { provider: { preset: 'oidc', issuer: 'https://a.example', tenant: 'x' } },
        'provider.tenant',
        UNKNOWN,
        'none',
      ],
      [{ audience: undefined }, 'audience', MISSING, AUDIENCE],
      [{ audience: [] }, 'audience', TOO_FEW, 'Give at least one entry.'],
      [{ audience: [''] }, 'audience.0', EMPTY, 'Give a value, or leave it out.'],
      [
        { audience: 'api' },
        'audience',
        'is not a list of strings',
        'Give a list of strings, such as ["https://api.example.com/"], or "any".',
      ],
      [
        { validation: 'guess' },
        'validation',
        UNKNOWN_VALUE,
        anyOf(['introspection', 'jwt', 'jwt_and_introspection']),
      ],
      [{ issuer: '' }, 'issuer', EMPTY, 'Give a value, or leave it out.'],
      [{ jwks_uri: '' }, 'jwks_uri', EMPTY, 'Give a value, or leave it out.'],
      [
        { jwks_access: 'private' },
        'jwks_access',
        UNKNOWN_VALUE,
        anyOf(['public', 'client_credentials']),
      ],
      [
        { jwks: '{}' },
        'jwks',
        'is not a JSON object',
        'Give it as the identity provider publishes it.',
      ],
      [{ algorithms: [] }, 'algorithms', TOO_FEW, 'Give at least one entry.'],
      [{ algorithms: 'RS256' }, 'algorithms', NO_LIST, LIST],
      [
        { algorithms: ['RS256', 'HS256'] },
        'algorithms.1',
        'is not an accepted algorithm',
        `Give some of ${ALGORITHMS.join(', ')}.`,
      ],
      [{ token_type: 'JWT' }, 'token_type', UNKNOWN_VALUE, anyOf(['any', 'at+jwt'])],
      [
        { introspection_endpoint: '', client: CLIENT },
        'introspection_endpoint',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [{ client: { ...CLIENT, client_id: undefined } }, 'client.client_id', MISSING, CLIENT_ID],
      [
        { client: { ...CLIENT, client_id: '' } },
        'client.client_id',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [
        { client: { client_id: 'authorizer' } },
        'client.client_secret_ocid',
        MISSING,
        CLIENT_SECRET,
      ],
      ...['secret', 'client_secret', 'clientPassword', 'private_key'].map((name): Refusal => [
        { client: { ...CLIENT, [name]: 'x' } },
        `client.${name}`,
        UNKNOWN,
        exposed('client_secret_ocid'),
      ]),
      [{ client_secrets: 'x' }, 'client_secrets', UNKNOWN, 'none'],
      [{ required_scopes: 'a b' }, 'required_scopes', NO_LIST, LIST],
      [
        { required_scopes: ['a', ''] },
        'required_scopes.1',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [{ allowed_clients: [1] }, 'allowed_clients.0', NO_STRING, 'Give a string.'],
      [{ required_claims: 'a' }, 'required_claims', NO_OBJECT, OBJECT],
      [
        { required_claims: { tenant: [] } },
        'required_claims.tenant',
        TOO_FEW,
        'Give at least one entry.',
      ],
      [
        { required_claims: { tenant: null } },
        'required_claims.tenant',
        WRONG_TYPE,
        'Give a string, a number, true, false, or a list of these.',
      ],
      [{ principal_claims: 'sub' }, 'principal_claims', NO_LIST, LIST],
      [{ client_id_claims: [''] }, 'client_id_claims.0', EMPTY, 'Give a value, or leave it out.'],
      [{ scope_claims: {} }, 'scope_claims', NO_LIST, LIST],
      [
        { gateway_scope_prefix: '' },
        'gateway_scope_prefix',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [{ gateway_scope_map: { a: 'b' } }, 'gateway_scope_map.a', NO_LIST, LIST],
      [
        { gateway_scope_map: { a: [''] } },
        'gateway_scope_map.a.0',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [{ context_claims: 'sub' }, 'context_claims', NO_LIST, LIST],
      [{ audiences: ['api'] }, 'audiences', UNKNOWN, 'none'],
    ]),
  )('is rejected with $changes', ({ changes, path, what, expected }) => {
    expect(problemsOf(withIssuer(changes))).toStrictEqual([
      problem(`issuers.0.${path}`, what, remedyOf(expected)),
    ])
  })
})

describe('a backend of a document', () => {
  it.each(
    refusals([
      [{ name: undefined }, 'name', MISSING, '"name"'],
      [{ name: '' }, 'name', BAD_NAME, NAME],
      [{ name: LONG_NAME }, 'name', BAD_NAME, NAME],
      [{ name: '-oic-/' }, 'name', BAD_NAME, NAME],
      [{ name: '/oic' }, 'name', BAD_NAME, NAME],
      [{ when: 'always' }, 'when', NO_OBJECT, OBJECT],
      [{ when: { client: ['a'] } }, 'when.client', UNKNOWN, 'none'],
      [{ when: { issuers: 'callers' } }, 'when.issuers', NO_LIST, LIST],
      [{ when: { clients: [''] } }, 'when.clients.0', EMPTY, 'Give a value, or leave it out.'],
      [{ when: { scopes: 'a' } }, 'when.scopes', NO_LIST, LIST],
      [
        { when: { arguments: { host: [] } } },
        'when.arguments.host',
        TOO_FEW,
        'Give at least one entry.',
      ],
      [
        { when: { arguments: { host: 1 } } },
        'when.arguments.host',
        WRONG_TYPE,
        'Give a string or a list of strings.',
      ],
      [{ when: { arguments: 'host' } }, 'when.arguments', NO_OBJECT, OBJECT],
      [
        { grant: 'password' },
        'grant',
        UNKNOWN_VALUE,
        anyOf(['client_credentials', 'jwt_bearer', 'token_exchange', 'basic']),
      ],
      [{ token_endpoint: '' }, 'token_endpoint', EMPTY, 'Give a value, or leave it out.'],
      [
        { client: { ...CLIENT, client_id: '' } },
        'client.client_id',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [
        { client_auth: 'none' },
        'client_auth',
        UNKNOWN_VALUE,
        anyOf(['client_secret_basic', 'client_secret_post', 'private_key_jwt']),
      ],
      [{ scope: '' }, 'scope', EMPTY, 'Give a value, or leave it out.'],
      [{ scope: ['a'] }, 'scope', NO_STRING, 'Give a string.'],
      [
        { assertion: { subject_claim: '' } },
        'assertion.subject_claim',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [
        { assertion: { key_ocid: '' } },
        'assertion.key_ocid',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [{ assertion: { key_id: '' } }, 'assertion.key_id', EMPTY, 'Give a value, or leave it out.'],
      [{ assertion: { audience: [] } }, 'assertion.audience', TOO_FEW, 'Give at least one entry.'],
      [{ assertion: { issuer: 'x' } }, 'assertion.issuer', UNKNOWN, 'none'],
      [
        { exchange: { audience: '' } },
        'exchange.audience',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [
        { exchange: { resource: '' } },
        'exchange.resource',
        EMPTY,
        'Give a value, or leave it out.',
      ],
      [{ exchange: { scope: 'a' } }, 'exchange.scope', UNKNOWN, 'none'],
      [
        { exchange: { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' } },
        'exchange.subject_token_type',
        UNKNOWN_VALUE,
        anyOf(SUBJECT_TOKEN_TYPES),
      ],
      [{ secret_ocid: '' }, 'secret_ocid', EMPTY, 'Give a value, or leave it out.'],
      [{ secret: 'x' }, 'secret', UNKNOWN, exposed(SOME_OCID)],
      [
        { client: { ...CLIENT, client_id: undefined } },
        'client.client_id',
        MISSING,
        BACKEND_CLIENT_ID,
      ],
    ]),
  )('is rejected with $changes', ({ changes, path, what, expected }) => {
    const unmatched = Object.hasOwn(changes, 'when') ? 'refuse' : undefined

    expect(problemsOf({ ...withBackend(changes), unmatched })).toStrictEqual([
      problem(`backends.0.${path}`, what, remedyOf(expected)),
    ])
  })

  it.each(['x', 'A-Z_a-z.0-9', LONG_NAME.slice(1)])('may have the name %s', (name) => {
    expect(problemsOf(withBackend({ name }))).toStrictEqual([])
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
