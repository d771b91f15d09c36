import { describe, expect, it } from '@jest/globals'
import {
  CLIENT,
  issuerOf,
  problem,
  problemsOf,
  REGISTERED_CLIENT,
  warningsOf,
  withIssuer,
  type Members,
} from '../support/documents.ts'

const ENDPOINT = 'https://idp.example/introspect'
const INTROSPECTING: Members = {
  jwks_uri: undefined,
  introspection_endpoint: ENDPOINT,
  client: CLIENT,
}
const ENTRA: Members = { preset: 'entra', tenant: '0f0f0f0f-0000-4000-8000-000000000000' }
const OKTA: Members = { preset: 'okta', org_url: 'https://acme.okta.com' }
const OIDC: Members = { preset: 'oidc', issuer: 'https://idp.example' }

/** In addition to a client and an endpoint: what a signature is verified by. */
const KEYS: Members = { jwks_uri: 'https://idp.example/keys' }

function expectedProblem(field: string, what: string, remedy: string) {
  return problem(`issuers.0.${field}`, what, remedy)
}

/** What introspection has by default. */
const USUAL = { subject: 'same', opaqueTokens: undefined }

describe('an issuer of a document', () => {
  it('has the documented defaults', () => {
    expect(issuerOf({})).toStrictEqual({
      name: 'callers',
      provider: undefined,
      discovery: undefined,
      jwt: {
        keys: { kind: 'remote', uri: 'https://idp.example/keys', access: undefined },
        algorithms: ['RS256'],
        type: 'any',
      },
      introspection: undefined,
      claimNames: {
        principal: ['sub'],
        clientId: ['client_id', 'azp', 'appid', 'cid'],
        scope: ['scope', 'scp'],
      },
      rules: {
        issuer: 'https://idp.example',
        audience: ['api'],
        requiredScopes: [],
        allowedClients: [],
        clientIdRequired: false,
        anyScopeRequired: false,
        requiredClaims: [],
        maxTokenLifetime: undefined,
        clockTolerance: 30,
      },
      gatewayScopes: { prefix: '', map: new Map() },
      contextClaims: [],
    })
  })

  it('may have all members', () => {
    expect(
      issuerOf({
        audience: 'any',
        validation: 'jwt_and_introspection',
        algorithms: ['ES256', 'PS512'],
        token_type: 'at+jwt',
        introspection_endpoint: ENDPOINT,
        client: CLIENT,
        introspection_cache_seconds: 60,
        required_scopes: ['a', 'b'],
        allowed_clients: ['one', 'two'],
        required_claims: { tenant: 'x', level: [1, 2], admin: true },
        max_token_lifetime_seconds: 3600,
        clock_tolerance_seconds: 0,
        principal_claims: ['oid', 'sub'],
        client_id_claims: ['app'],
        scope_claims: ['roles', 'scp'],
        gateway_scope_prefix: 'callers:',
        gateway_scope_map: { 'Orders.Invoke': ['orders:read', 'orders:write'], other: [] },
        context_claims: ['tenant', 'oid'],
      }),
    ).toStrictEqual({
      name: 'callers',
      provider: undefined,
      discovery: undefined,
      jwt: {
        keys: { kind: 'remote', uri: 'https://idp.example/keys', access: undefined },
        algorithms: ['ES256', 'PS512'],
        type: 'at+jwt',
      },
      introspection: { endpoint: ENDPOINT, client: REGISTERED_CLIENT, cache: 60, ...USUAL },
      claimNames: { principal: ['oid', 'sub'], clientId: ['app'], scope: ['roles', 'scp'] },
      rules: {
        issuer: 'https://idp.example',
        audience: 'any',
        requiredScopes: ['a', 'b'],
        allowedClients: ['one', 'two'],
        clientIdRequired: false,
        anyScopeRequired: false,
        requiredClaims: [
          { name: 'tenant', values: ['x'] },
          { name: 'level', values: [1, 2] },
          { name: 'admin', values: [true] },
        ],
        maxTokenLifetime: 3600,
        clockTolerance: 0,
      },
      gatewayScopes: {
        prefix: 'callers:',
        map: new Map([
          ['Orders.Invoke', ['orders:read', 'orders:write']],
          ['other', []],
        ]),
      },
      contextClaims: ['tenant', 'oid'],
    })
  })

  it.each([{}, { validation: 'introspection' }])(
    'rejects a token type with introspection, which does not check it: %j',
    (validation) => {
      const introspecting = { ...INTROSPECTING, ...validation }

      expect(problemsOf(withIssuer({ ...introspecting, token_type: 'at+jwt' }))).toStrictEqual([
        expectedProblem(
          'token_type',
          'is not checked by introspection',
          'Give `validation`: `jwt` or `jwt_and_introspection`; or leave it out.',
        ),
      ])
      expect(warningsOf(withIssuer({ ...introspecting, token_type: 'any' }))).toStrictEqual([
        {
          key: 'authorizer_config: issuers.0.validation',
          problem: 'is `introspection`, which does not use token_type (issuer callers)',
          remedy: 'Give `jwt` or `jwt_and_introspection`; or remove these keys.',
        },
      ])
      const both = { ...KEYS, validation: 'jwt_and_introspection', token_type: 'at+jwt' }
      expect(issuerOf({ ...introspecting, ...both }).jwt?.type).toBe('at+jwt')
      expect(warningsOf(withIssuer({ ...introspecting, ...both }))).toStrictEqual([])
    },
  )

  it.each(['any', 'at+jwt'])('may require the token type %s', (token_type) => {
    expect(issuerOf({ token_type }).jwt?.type).toBe(token_type)
  })

  it('says which provider it is of', () => {
    expect(issuerOf({ provider: ENTRA })).toMatchObject({ provider: 'entra', discovery: undefined })
    expect(issuerOf({ provider: OIDC, jwks_uri: undefined })).toMatchObject({
      provider: 'oidc',
      discovery: {
        url: 'https://idp.example/.well-known/openid-configuration',
        issuer: 'https://idp.example',
      },
      jwt: { keys: { kind: 'remote', uri: undefined, access: undefined } },
      introspection: undefined,
    })
  })
})

describe('the validation of an issuer', () => {
  const waysOf = (changes: Members) => {
    const { jwt, introspection } = issuerOf(changes)
    return { jwt: jwt !== undefined, introspection: introspection !== undefined }
  }

  it.each<readonly [string, Members]>([
    ['an address of keys', {}],
    ['keys from a preset', { provider: ENTRA, jwks_uri: undefined }],
    ['keys from a preset, and a client', { provider: ENTRA, jwks_uri: undefined, client: CLIENT }],
    ['an endpoint from a preset, but no client', { provider: OKTA, jwks_uri: undefined }],
    ['discovery', { provider: OIDC, jwks_uri: undefined }],
    ['discovery, and a client', { provider: OIDC, jwks_uri: undefined, client: CLIENT }],
    ['an address of keys, and a client', { client: CLIENT }],
    ['all, where `jwt` is wanted', { ...INTROSPECTING, ...KEYS, validation: 'jwt' }],
  ])('is by signature if there is %s', (_case, changes) => {
    expect(waysOf(changes)).toStrictEqual({ jwt: true, introspection: false })
  })

  it.each<readonly [string, Members]>([
    ['an endpoint', INTROSPECTING],
    ['an endpoint beside keys', { ...INTROSPECTING, jwks_uri: 'https://idp.example/keys' }],
    ['an endpoint from a preset, and a client', { provider: OKTA, client: CLIENT }],
    [
      'discovery, where `introspection` is wanted',
      { provider: OIDC, jwks_uri: undefined, client: CLIENT, validation: 'introspection' },
    ],
    ['all, where `introspection` is wanted', { ...INTROSPECTING, validation: 'introspection' }],
  ])('is by introspection if there is %s', (_case, changes) => {
    expect(waysOf(changes)).toStrictEqual({ jwt: false, introspection: true })
  })

  it('is by introspection if there is an endpoint beside keys, and reports the missing client', () => {
    const changes = { ...INTROSPECTING, ...KEYS, client: undefined }

    expect(problemsOf(withIssuer(changes)).map(({ key }) => key)).toStrictEqual([
      'authorizer_config: issuers.0.client.client_id',
      'authorizer_config: issuers.0.client.client_secret_ocid',
    ])
  })

  it('is by both only if configured', () => {
    const both = { ...INTROSPECTING, ...KEYS, validation: 'jwt_and_introspection' }

    expect(waysOf(both)).toStrictEqual({ jwt: true, introspection: true })
  })

  it('by introspection does not need an issuer', () => {
    expect(issuerOf({ ...INTROSPECTING, issuer: undefined })).toMatchObject({
      jwt: undefined,
      introspection: { endpoint: ENDPOINT, client: REGISTERED_CLIENT, cache: 0, ...USUAL },
      rules: { issuer: undefined },
    })
  })

  it.each([
    [{ prefixes: ['at_'] }, { prefixes: ['at_'], lengths: [] }],
    [{ lengths: [43] }, { prefixes: [], lengths: [43] }],
  ])('by introspection may have opaque tokens with %j', (opaque_tokens, expected) => {
    const issuer = issuerOf({ ...INTROSPECTING, opaque_tokens })

    expect(issuer.introspection?.opaqueTokens).toStrictEqual(expected)
  })

  it('by introspection authenticates as the client says', () => {
    const client = { ...CLIENT, client_auth: 'client_secret_post' }

    expect(issuerOf({ ...INTROSPECTING, client }).introspection?.client.authentication).toBe(
      'client_secret_post',
    )
  })

  it('by introspection uses the endpoint from discovery by default', () => {
    const discovering = { provider: OIDC, jwks_uri: undefined, client: CLIENT }

    expect(issuerOf({ ...discovering, validation: 'introspection' }).introspection).toStrictEqual({
      endpoint: undefined,
      client: REGISTERED_CLIENT,
      cache: 0,
      subject: 'same',
      opaqueTokens: undefined,
    })
    expect(
      issuerOf({ ...discovering, introspection_endpoint: ENDPOINT }).introspection?.endpoint,
    ).toBe(ENDPOINT)
  })
})

describe('an incomplete issuer', () => {
  const clientMissing = (purpose: string) => [
    expectedProblem(
      'client.client_id',
      `is missing for ${purpose}`,
      'Give the client id of our application at the callers’ identity provider.',
    ),
    expectedProblem(
      'client.client_secret_ocid',
      `is missing for ${purpose}`,
      'Give the OCID of the Vault secret with the application’s client secret.',
    ),
  ]
  const ENDPOINT_MISSING = expectedProblem(
    'introspection_endpoint',
    'is missing',
    'Give the introspection endpoint (RFC 7662); or `issuer` and `jwks_uri`, to verify JWTs.',
  )
  const ISSUER_MISSING = expectedProblem(
    'issuer',
    'is missing for JWT verification',
    'Give the `iss` of the tokens, exact to the byte.',
  )
  const KEYS_MISSING = expectedProblem(
    'jwks_uri',
    'is missing, and `jwks` too',
    'Give the URL of the issuer’s keys, or the keys.',
  )
  const NOTHING: Members = { issuer: undefined, jwks_uri: undefined }

  it.each<readonly [string, Members, readonly object[]]>([
    ['anything', NOTHING, [ENDPOINT_MISSING, ...clientMissing('introspection')]],
    ['an endpoint', { ...INTROSPECTING, introspection_endpoint: undefined }, [ENDPOINT_MISSING]],
    ['a client', { ...INTROSPECTING, client: undefined }, clientMissing('introspection')],
    ['an issuer', { issuer: undefined }, [ISSUER_MISSING]],
    ['an address of keys', { jwks_uri: undefined, validation: 'jwt' }, [KEYS_MISSING]],
    ['all for a signature', { ...NOTHING, validation: 'jwt' }, [ISSUER_MISSING, KEYS_MISSING]],
    [
      'a client for protected keys',
      { jwks_access: 'client_credentials' },
      clientMissing('the protected keys'),
    ],
    [
      'a client for the protected keys of an identity domain',
      { provider: { preset: 'oci_iam', domain_url: 'https://d.example' }, jwks_uri: undefined },
      clientMissing('the protected keys'),
    ],
    [
      'all for both ways',
      { ...NOTHING, validation: 'jwt_and_introspection' },
      [ISSUER_MISSING, KEYS_MISSING, ENDPOINT_MISSING, ...clientMissing('introspection')],
    ],
  ])('is rejected without %s', (_case, changes, expected) => {
    expect(problemsOf(withIssuer(changes))).toStrictEqual(expected)
  })
})

describe('an invalid issuer', () => {
  const ENDPOINT_REMEDY =
    'Give a full URL that begins with https://; http is for loopback addresses only.'
  const SECRET_REMEDY =
    'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if this is the secret itself, replace it: others can read it.'

  it.each([
    ['introspection_endpoint', 'idp.example', 'is not a URL'],
    ['introspection_endpoint', 'http://idp.example', 'is not https'],
    ['jwks_uri', 'https://a:b@idp.example', 'contains credentials or a fragment'],
  ])('is rejected with %s = %s', (field, address, what) => {
    expect(
      problemsOf(
        withIssuer({
          ...INTROSPECTING,
          validation: 'jwt_and_introspection',
          ...KEYS,
          [field]: address,
        }),
      ),
    ).toStrictEqual([expectedProblem(field, what, ENDPOINT_REMEDY)])
  })

  it.each(['s3cret', 'x.ocid1.a', 'ocid1.', 'ocid1.a b'])(
    'is rejected with the secret %s, which is not an OCID',
    (client_secret_ocid) => {
      expect(problemsOf(withIssuer({ client: { ...CLIENT, client_secret_ocid } }))).toStrictEqual([
        expectedProblem('client.client_secret_ocid', 'is not an OCID', SECRET_REMEDY),
      ])
    },
  )

  it('is rejected if the audience has `any` and others', () => {
    expect(problemsOf(withIssuer({ audience: ['api', 'any'] }))).toStrictEqual([
      expectedProblem(
        'audience',
        'has `any` beside other values',
        'Give the accepted values, or `any` alone.',
      ),
    ])
  })

  it.each(['a b', 'a"', 'a\\', 'é', 'a\u007f'])('is rejected with the scope %j', (scope) => {
    expect(problemsOf(withIssuer({ required_scopes: ['plain', scope] }))).toStrictEqual([
      expectedProblem(
        'required_scopes',
        'has a character that scopes cannot have',
        'Give plain scope names, without quotes and spaces.',
      ),
    ])
  })

  it('is rejected with each context claim that has a reserved name', () => {
    const names = [
      'back_end_token',
      'responseCode',
      'active',
      'principal',
      'clientId',
      'scope',
      'expiresAt',
      'wwwAuthenticate',
    ]

    expect(
      problemsOf(withIssuer({ context_claims: ['tenant', ...names.toReversed()] })),
    ).toStrictEqual([
      expectedProblem(
        'context_claims',
        `has reserved names: ${names.join(', ')}`,
        'Leave them out: the authorizer itself sets them.',
      ),
    ])
  })
})
