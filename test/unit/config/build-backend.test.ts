import { describe, expect, it } from '@jest/globals'
import {
  BACKEND,
  backendOf,
  configOf,
  documentOf,
  ISSUER,
  problem,
  problemsOf,
  withBackend,
  type Members,
} from '../support/documents.ts'

const KEY_OCID = 'ocid1.vaultsecret.oc1..key'
const TOKEN_ENDPOINT = 'https://backend.example/oauth2/v1/token'
const REGISTRATION = {
  clientId: 'invoker',
  secretOcid: 'ocid1.vaultsecret.oc1..invoker',
  authentication: 'client_secret_basic',
  assertion: { keyId: undefined, audience: ['https://identity.oraclecloud.com/'] },
}
const SCOPE = 'https://0A.integration.example:443urn:opc:resource:consumer::all'

function grantOf(changes: Members) {
  return backendOf(changes).grant
}

function clientOf(changes: Members) {
  const grant = grantOf(changes)
  if (grant.kind === 'basic') throw new Error('no client')
  return grant.client
}

describe('the grant of a backend', () => {
  it('is client_credentials by default', () => {
    expect(backendOf({})).toStrictEqual({
      name: 'oic',
      condition: undefined,
      grant: {
        kind: 'client_credentials',
        tokenEndpoint: TOKEN_ENDPOINT,
        client: REGISTRATION,
        scope: SCOPE,
      },
      minTokenLifetime: 120,
    })
    expect(backendOf({ grant: 'client_credentials' })).toStrictEqual(backendOf({}))
  })

  it('may be jwt_bearer', () => {
    const grant = { kind: 'jwt_bearer', tokenEndpoint: TOKEN_ENDPOINT, scope: SCOPE }

    expect(grantOf({ grant: 'jwt_bearer', assertion: { key_ocid: KEY_OCID } })).toStrictEqual({
      ...grant,
      client: REGISTRATION,
      subjectClaim: 'sub',
      acceptsUserControlledClaim: false,
      assertionKeyOcid: KEY_OCID,
    })
    expect(
      grantOf({
        grant: 'jwt_bearer',
        assertion: {
          key_ocid: KEY_OCID,
          subject_claim: 'upn',
          key_id: 'alias',
          audience: ['https://a.example', 'https://b.example'],
        },
      }),
    ).toStrictEqual({
      ...grant,
      client: {
        ...REGISTRATION,
        assertion: { keyId: 'alias', audience: ['https://a.example', 'https://b.example'] },
      },
      subjectClaim: 'upn',
      acceptsUserControlledClaim: false,
      assertionKeyOcid: KEY_OCID,
    })
  })

  it('may be jwt_bearer without a key if the client has one', () => {
    expect(grantOf({ grant: 'jwt_bearer', client_auth: 'private_key_jwt' })).toStrictEqual({
      kind: 'jwt_bearer',
      tokenEndpoint: TOKEN_ENDPOINT,
      client: { ...REGISTRATION, authentication: 'private_key_jwt' },
      scope: SCOPE,
      subjectClaim: 'sub',
      acceptsUserControlledClaim: false,
      assertionKeyOcid: undefined,
    })
  })

  it('may be token_exchange', () => {
    const grant = { kind: 'token_exchange', tokenEndpoint: TOKEN_ENDPOINT, client: REGISTRATION }

    expect(grantOf({ grant: 'token_exchange', scope: undefined })).toStrictEqual({
      ...grant,
      scope: undefined,
      audience: undefined,
      resource: undefined,
      subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    })
    expect(
      grantOf({
        grant: 'token_exchange',
        exchange: {
          audience: 'https://a.example',
          resource: 'https://r.example',
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        },
      }),
    ).toStrictEqual({
      ...grant,
      scope: SCOPE,
      audience: 'https://a.example',
      resource: 'https://r.example',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
    })
  })

  it('may name the type of the exchanged token, even if it is the default', () => {
    const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token'

    expect(grantOf({ grant: 'token_exchange', exchange: { subject_token_type } })).toMatchObject({
      subjectTokenType: subject_token_type,
    })
  })

  it('may be basic, which needs only a secret', () => {
    const document = documentOf({
      backends: [{ name: 'legacy', grant: 'basic', secret_ocid: KEY_OCID, min_token_seconds: 60 }],
    })

    expect(configOf(document).backends).toStrictEqual([
      {
        name: 'legacy',
        condition: undefined,
        grant: { kind: 'basic', secretOcid: KEY_OCID },
        minTokenLifetime: 60,
      },
    ])
  })
})

describe('the client of a backend', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])(
    'may authenticate by %s',
    (client_auth) => {
      expect(clientOf({ client_auth }).authentication).toBe(client_auth)
    },
  )

  it('signs for the token endpoint if that is not an identity domain’s', () => {
    const token_endpoint = 'https://backend.example/oauth2/v2/token'

    expect(clientOf({ token_endpoint }).assertion).toStrictEqual({
      keyId: undefined,
      audience: [token_endpoint],
    })
  })

  it('uses the members of the assertion if its key also authenticates the client', () => {
    const assertion = { key_id: 'alias', audience: ['https://a.example'] }

    expect(clientOf({ client_auth: 'private_key_jwt', assertion }).assertion).toStrictEqual({
      keyId: 'alias',
      audience: ['https://a.example'],
    })
  })
})

describe('the condition of a backend', () => {
  const conditionOf = (when: Members) => {
    const backends = [{ ...BACKEND, when }]
    return configOf({ issuers: [ISSUER], backends, unmatched: 'refuse' }).backends[0]?.condition
  }

  it('may name issuers, clients, scopes and arguments', () => {
    expect(
      conditionOf({
        issuers: ['callers'],
        clients: ['a', 'b'],
        scopes: ['c'],
        arguments: { host: 'a.example', 'x-tenant': ['one', 'two'] },
      }),
    ).toStrictEqual({
      issuers: ['callers'],
      clients: ['a', 'b'],
      scopes: ['c'],
      arguments: [
        { name: 'host', values: ['a.example'] },
        { name: 'x-tenant', values: ['one', 'two'] },
      ],
    })
  })

  it('is unrestricted for what it does not name', () => {
    expect(conditionOf({ issuers: ['callers'] })).toStrictEqual({
      issuers: ['callers'],
      clients: undefined,
      scopes: undefined,
      arguments: [],
    })
  })

  it('is rejected if it is empty', () => {
    expect(problemsOf({ ...withBackend({ when: {} }), unmatched: 'refuse' })).toStrictEqual([
      problem(
        'backends.0.when',
        'is empty',
        'Give a condition, or leave `when` out of the last backend.',
      ),
    ])
  })
})

describe('an incomplete backend', () => {
  const missing = (field: string, remedy: string) =>
    problem(`backends.0.${field}`, 'is missing', remedy)
  const TOKEN_ENDPOINT_MISSING = missing(
    'token_endpoint',
    'Give the token endpoint of the OIC instance’s identity domain: `https://<domain>/oauth2/v1/token`.',
  )
  const CLIENT_MISSING = [
    missing('client.client_id', 'Give the client id of the application that holds ServiceInvoker.'),
    missing(
      'client.client_secret_ocid',
      'Give the OCID of the Vault secret with the application’s client secret.',
    ),
  ]
  const SCOPE_MISSING = missing(
    'scope',
    'Give the scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.',
  )
  const KEY_MISSING = missing(
    'assertion.key_ocid',
    'Give the OCID of the Vault secret with the private key that signs user assertions.',
  )

  it.each([
    [undefined, [TOKEN_ENDPOINT_MISSING, ...CLIENT_MISSING, SCOPE_MISSING]],
    ['client_credentials', [TOKEN_ENDPOINT_MISSING, ...CLIENT_MISSING, SCOPE_MISSING]],
    ['jwt_bearer', [TOKEN_ENDPOINT_MISSING, ...CLIENT_MISSING, SCOPE_MISSING, KEY_MISSING]],
    ['token_exchange', [TOKEN_ENDPOINT_MISSING, ...CLIENT_MISSING]],
    ['basic', [missing('secret_ocid', 'Give the OCID of the Vault secret with user:password.')]],
  ])('is rejected with all missing members: grant %s', (grant, expected) => {
    expect(problemsOf(documentOf({ backends: [{ name: 'oic', grant }] }))).toStrictEqual(expected)
  })

  it.each([
    ['subject_claim', 'upn'],
    ['key_id', 'alias'],
  ])('is rejected with an assertion that has only %s and no key', (name, value) => {
    const changes = { grant: 'jwt_bearer', assertion: { [name]: value } }

    expect(problemsOf(withBackend(changes))).toStrictEqual([KEY_MISSING])
  })
})

describe('an invalid backend', () => {
  const SECRET_REMEDY =
    'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if this is the secret itself, replace it: others can read it.'

  it.each<readonly [string, Members]>([
    [
      'client.client_secret_ocid',
      { client: { client_id: 'invoker', client_secret_ocid: 's3cret' } },
    ],
    ['assertion.key_ocid', { grant: 'jwt_bearer', assertion: { key_ocid: 'x ocid1.a' } }],
    ['secret_ocid', { grant: 'basic', secret_ocid: 'user:password' }],
  ])('is rejected if %s is not an OCID', (field, changes) => {
    expect(problemsOf(withBackend(changes))).toStrictEqual([
      problem(`backends.0.${field}`, 'is not an OCID', SECRET_REMEDY),
    ])
  })

  it('is rejected if its token endpoint is not an https address', () => {
    expect(
      problemsOf(withBackend({ token_endpoint: 'http://backend.example/oauth2/v1/token' })),
    ).toStrictEqual([
      problem(
        'backends.0.token_endpoint',
        'is not https',
        'Give a full URL that begins with https://; http is for loopback addresses only.',
      ),
    ])
  })

  it.each<readonly [string, string, Members]>([
    ['assertion', 'client_credentials', { assertion: { key_id: 'a' } }],
    ['assertion', 'token_exchange', { grant: 'token_exchange', assertion: { key_id: 'a' } }],
    ['exchange', 'client_credentials', { exchange: { audience: 'a' } }],
    [
      'exchange',
      'jwt_bearer',
      { grant: 'jwt_bearer', assertion: { key_ocid: KEY_OCID }, exchange: {} },
    ],
    ['exchange', 'basic', { grant: 'basic', secret_ocid: KEY_OCID, exchange: {} }],
    ['assertion', 'basic', { grant: 'basic', secret_ocid: KEY_OCID, assertion: {} }],
    ['secret_ocid', 'client_credentials', { secret_ocid: KEY_OCID }],
    ['secret_ocid', 'token_exchange', { grant: 'token_exchange', secret_ocid: KEY_OCID }],
  ])('is rejected with %s, which has no effect with %s', (field, grant, changes) => {
    expect(problemsOf(withBackend(changes))).toStrictEqual([
      problem(
        `backends.0.${field}`,
        `has no effect with the grant ${grant}`,
        'Correct `grant`, or leave it out.',
      ),
    ])
  })

  it('is rejected with all members that have no effect', () => {
    const changes = { assertion: {}, exchange: {}, secret_ocid: KEY_OCID }

    expect(problemsOf(withBackend(changes)).map(({ key }) => key)).toStrictEqual([
      'authorizer_config: backends.0.assertion',
      'authorizer_config: backends.0.exchange',
      'authorizer_config: backends.0.secret_ocid',
    ])
  })
})
