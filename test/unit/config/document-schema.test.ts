/**
 * Owns the proof of which shapes a configuration document may have, and of what is said of others.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import {
  CLIENT,
  documentOf,
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
  return expected === 'none' ? 'Leave it out, or correct its spelling.' : `Expected: ${expected}.`
}
const AUDIENCE =
  'Give the primary audience of the API’s application, such as https://api.example.com/.'
const CLIENT_ID =
  'Client id of our application at the callers’ identity provider, for introspection or protected keys.'
const CLIENT_SECRET = 'OCID of the Vault secret with that application’s client secret.'
const BACKEND_CLIENT_ID = 'Client id of the application that holds ServiceInvoker.'
function exposed(key: string): string {
  return `If the secret itself stands here, replace it: others can read it. Give ${key}.`
}
const SOME_OCID = 'the OCID of a Vault secret, in a key that ends in _ocid'
const WRONG = 'is not what it has to be'
const EMPTY = 'is empty'
const TOO_FEW = 'has too few entries'
const PRESETS = '("oci_iam" | "entra" | "okta" | "auth0" | "keycloak" | "cognito" | "oidc")'
const NAME = '/^[A-Za-z0-9._-]{1,64}$/'
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
  return `(${values.map((value) => JSON.stringify(value)).join(' | ')})`
}

/** Changes, and where they are wrong, how, and what was expected. */
type Refusal = readonly [changes: Members, path: string, what: string, expected: string]

function refusals(refused: readonly Refusal[]) {
  return refused.map(([changes, path, what, expected]) => ({ changes, path, what, expected }))
}

describe('a document', () => {
  it('has issuers and backends', () => {
    expect(problemsOf({})).toStrictEqual([
      problem('issuers', MISSING, 'Expected: "issuers".'),
      problem('backends', MISSING, 'Expected: "backends".'),
    ])
  })

  it('may name its schema', () => {
    expect(problemsOf(documentOf({ $schema: './authorizer-config.schema.json' }))).toStrictEqual([])
  })

  it.each(
    refusals([
      [{ issuers: [] }, 'issuers', TOO_FEW, '>=1'],
      [{ issuers: {} }, 'issuers', WRONG, 'Array'],
      [{ issuers: ['callers'] }, 'issuers.0', WRONG, 'Object'],
      [{ backends: [] }, 'backends', TOO_FEW, '>=1'],
      [{ backends: 'oic' }, 'backends', WRONG, 'Array'],
      [{ backends: [null] }, 'backends.0', WRONG, 'Object'],
      [{ unmatched: 'permit' }, 'unmatched', WRONG, '"refuse"'],
      [{ $schema: 1 }, '$schema', WRONG, 'string'],
      [{ log_level: 'info' }, 'log_level', UNKNOWN, 'none'],
    ]),
  )('is refused with $changes', ({ changes, path, what, expected }) => {
    expect(problemsOf(documentOf(changes))).toStrictEqual([problem(path, what, remedyOf(expected))])
  })

  it('has all told that is wrong with its shape', () => {
    expect(
      problemsOf({
        ...withIssuer({ audience: undefined, clock_tolerance_seconds: -0.5 }),
        backends: [{ name: 'oic', when: { client: 'a' } }],
      }),
    ).toStrictEqual([
      problem('issuers.0.audience', MISSING, AUDIENCE),
      problem('issuers.0.clock_tolerance_seconds', WRONG, 'Expected: see the JSON Schema.'),
      problem('issuers.0.clock_tolerance_seconds', 'is too small', 'Expected: >=0.'),
      problem('backends.0.when.client', UNKNOWN, remedyOf('none')),
    ])
  })
})

describe('an issuer of a document', () => {
  it.each(['x', 'A-Z_a-z.0-9', LONG_NAME.slice(1)])('may be called %s', (name) => {
    expect(issuerOf({ name }).name).toBe(name)
  })

  it.each(
    refusals([
      [{ name: undefined }, 'name', MISSING, '"name"'],
      [{ name: 1 }, 'name', WRONG, 'string'],
      [{ name: '' }, 'name', WRONG, NAME],
      [{ name: LONG_NAME }, 'name', WRONG, NAME],
      [{ name: ' callers' }, 'name', WRONG, NAME],
      [{ name: 'callers\n' }, 'name', WRONG, NAME],
      [{ provider: 'okta' }, 'provider', WRONG, 'Object'],
      [{ provider: {} }, 'provider.preset', WRONG, PRESETS],
      [{ provider: { preset: 'other' } }, 'provider.preset', WRONG, PRESETS],
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
        WRONG,
        '(1 | 2)',
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
      [{ audience: [] }, 'audience', TOO_FEW, '>=1'],
      [{ audience: [''] }, 'audience.0', EMPTY, '!0'],
      [
        { audience: 'api' },
        'audience',
        WRONG,
        'Give a list of texts, such as ["https://api.example.com/"], or "any".',
      ],
      [
        { validation: 'guess' },
        'validation',
        WRONG,
        anyOf(['introspection', 'jwt', 'jwt_and_introspection']),
      ],
      [{ issuer: '' }, 'issuer', EMPTY, '!0'],
      [{ jwks_uri: '' }, 'jwks_uri', EMPTY, '!0'],
      [{ jwks_access: 'private' }, 'jwks_access', WRONG, anyOf(['public', 'client_credentials'])],
      [{ jwks: '{}' }, 'jwks', WRONG, 'Object'],
      [{ algorithms: [] }, 'algorithms', TOO_FEW, '>=1'],
      [{ algorithms: 'RS256' }, 'algorithms', WRONG, 'Array'],
      [{ algorithms: ['RS256', 'HS256'] }, 'algorithms.1', WRONG, anyOf(ALGORITHMS)],
      [{ token_type: 'JWT' }, 'token_type', WRONG, anyOf(['any', 'at+jwt'])],
      [{ introspection_endpoint: '' }, 'introspection_endpoint', EMPTY, '!0'],
      [{ client: { ...CLIENT, client_id: undefined } }, 'client.client_id', MISSING, CLIENT_ID],
      [{ client: { ...CLIENT, client_id: '' } }, 'client.client_id', EMPTY, '!0'],
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
      [{ required_scopes: 'a b' }, 'required_scopes', WRONG, 'Array'],
      [{ required_scopes: ['a', ''] }, 'required_scopes.1', EMPTY, '!0'],
      [{ allowed_clients: [1] }, 'allowed_clients.0', WRONG, 'string'],
      [{ required_claims: 'a' }, 'required_claims', WRONG, 'Object'],
      [{ required_claims: { tenant: [] } }, 'required_claims.tenant', TOO_FEW, '>=1'],
      [
        { required_claims: { tenant: null } },
        'required_claims.tenant',
        WRONG,
        '((string | number | boolean) | Array)',
      ],
      [{ principal_claims: 'sub' }, 'principal_claims', WRONG, 'Array'],
      [{ client_id_claims: [''] }, 'client_id_claims.0', EMPTY, '!0'],
      [{ scope_claims: {} }, 'scope_claims', WRONG, 'Array'],
      [{ gateway_scope_prefix: '' }, 'gateway_scope_prefix', EMPTY, '!0'],
      [{ gateway_scope_map: { a: 'b' } }, 'gateway_scope_map.a', WRONG, 'Array'],
      [{ gateway_scope_map: { a: [''] } }, 'gateway_scope_map.a.0', EMPTY, '!0'],
      [{ context_claims: 'sub' }, 'context_claims', WRONG, 'Array'],
      [{ audiences: ['api'] }, 'audiences', UNKNOWN, 'none'],
    ]),
  )('is refused with $changes', ({ changes, path, what, expected }) => {
    expect(problemsOf(withIssuer(changes))).toStrictEqual([
      problem(`issuers.0.${path}`, what, remedyOf(expected)),
    ])
  })
})

describe('a backend of a document', () => {
  it.each(
    refusals([
      [{ name: undefined }, 'name', MISSING, '"name"'],
      [{ name: '' }, 'name', WRONG, NAME],
      [{ name: LONG_NAME }, 'name', WRONG, NAME],
      [{ name: '-oic-/' }, 'name', WRONG, NAME],
      [{ name: '/oic' }, 'name', WRONG, NAME],
      [{ when: 'always' }, 'when', WRONG, 'Object'],
      [{ when: { client: ['a'] } }, 'when.client', UNKNOWN, 'none'],
      [{ when: { issuers: 'callers' } }, 'when.issuers', WRONG, 'Array'],
      [{ when: { clients: [''] } }, 'when.clients.0', EMPTY, '!0'],
      [{ when: { scopes: 'a' } }, 'when.scopes', WRONG, 'Array'],
      [{ when: { arguments: { host: [] } } }, 'when.arguments.host', TOO_FEW, '>=1'],
      [{ when: { arguments: { host: 1 } } }, 'when.arguments.host', WRONG, '(string | Array)'],
      [{ when: { arguments: 'host' } }, 'when.arguments', WRONG, 'Object'],
      [
        { grant: 'password' },
        'grant',
        WRONG,
        anyOf(['client_credentials', 'jwt_bearer', 'token_exchange', 'basic']),
      ],
      [{ token_endpoint: '' }, 'token_endpoint', EMPTY, '!0'],
      [{ client: { ...CLIENT, client_id: '' } }, 'client.client_id', EMPTY, '!0'],
      [
        { client_auth: 'none' },
        'client_auth',
        WRONG,
        anyOf(['client_secret_basic', 'client_secret_post', 'private_key_jwt']),
      ],
      [{ scope: '' }, 'scope', EMPTY, '!0'],
      [{ scope: ['a'] }, 'scope', WRONG, 'string'],
      [{ assertion: { subject_claim: '' } }, 'assertion.subject_claim', EMPTY, '!0'],
      [{ assertion: { key_ocid: '' } }, 'assertion.key_ocid', EMPTY, '!0'],
      [{ assertion: { key_id: '' } }, 'assertion.key_id', EMPTY, '!0'],
      [{ assertion: { audience: [] } }, 'assertion.audience', TOO_FEW, '>=1'],
      [{ assertion: { issuer: 'x' } }, 'assertion.issuer', UNKNOWN, 'none'],
      [{ exchange: { audience: '' } }, 'exchange.audience', EMPTY, '!0'],
      [{ exchange: { resource: '' } }, 'exchange.resource', EMPTY, '!0'],
      [{ exchange: { scope: 'a' } }, 'exchange.scope', UNKNOWN, 'none'],
      [
        { exchange: { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' } },
        'exchange.subject_token_type',
        WRONG,
        anyOf(SUBJECT_TOKEN_TYPES),
      ],
      [{ secret_ocid: '' }, 'secret_ocid', EMPTY, '!0'],
      [{ secret: 'x' }, 'secret', UNKNOWN, exposed(SOME_OCID)],
      [{ client: { client_secret_ocid: 'x' } }, 'client.client_id', MISSING, BACKEND_CLIENT_ID],
    ]),
  )('is refused with $changes', ({ changes, path, what, expected }) => {
    expect(problemsOf(withBackend(changes))).toStrictEqual([
      problem(`backends.0.${path}`, what, remedyOf(expected)),
    ])
  })

  it.each(['x', 'A-Z_a-z.0-9', LONG_NAME.slice(1)])('may be called %s', (name) => {
    expect(problemsOf(withBackend({ name }))).toStrictEqual([])
  })
})

describe('a number of a document', () => {
  it.each([
    [Number.MAX_SAFE_INTEGER + 1, ''],
    [Number.MIN_SAFE_INTEGER - 1, ''],
    [1e300, ''],
    [['a', 2 ** 60], '.1'],
  ])('that others would be taken for is no required claim: %j', (value, place) => {
    expect(problemsOf(withIssuer({ required_claims: { tenant: value } }))).toStrictEqual([
      problem(
        `issuers.0.required_claims.tenant${place}`,
        'is a number too large to be told from its neighbours',
        'Have the provider send it as a text, or require another claim.',
      ),
    ])
  })

  it.each([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.5, [1, 'a']])(
    'that is exact may be a required claim: %j',
    (value) => {
      expect(problemsOf(withIssuer({ required_claims: { tenant: value } }))).toStrictEqual([])
    },
  )

  it.each([
    ['issuers.0.introspection_cache_seconds', withIssuer, 0, 300],
    ['issuers.0.clock_tolerance_seconds', withIssuer, 0, 300],
    ['issuers.0.max_token_lifetime_seconds', withIssuer, 1, 31_536_000],
    ['backends.0.min_token_seconds', withBackend, 60, 3600],
  ])('has limits: %s', (path, withChanges, least, most) => {
    const told = (value: unknown) =>
      problemsOf(withChanges({ [path.split('.').at(-1) ?? '']: value }))

    expect([least, most].map(told)).toStrictEqual([[], []])
    expect([least - 1, most + 1, least + 0.5, String(least)].map(told)).toStrictEqual([
      [problem(path, 'is too small', `Expected: >=${least}.`)],
      [problem(path, 'is too large', `Expected: <=${most}.`)],
      [problem(path, WRONG, 'Expected: see the JSON Schema.')],
      [problem(path, WRONG, 'Expected: number.')],
    ])
  })
})
