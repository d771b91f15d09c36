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
  method: 'client_secret_basic',
  assertion: { keyId: undefined, audience: ['https://identity.oraclecloud.com/'] },
}
const SCOPE = 'https://0A.integration.example:443urn:opc:resource:consumer::all'
const USUAL = { tokenEndpoint: TOKEN_ENDPOINT, client: REGISTRATION, scope: SCOPE }
const JWT_BEARER = {
  ...USUAL,
  kind: 'jwt_bearer',
  subjectClaim: 'sub',
  acceptsUserControlledClaim: false,
  assertionKeyOcid: KEY_OCID,
}
const TOKEN_EXCHANGE = {
  ...USUAL,
  kind: 'token_exchange',
  audience: undefined,
  resource: undefined,
  subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token',
}

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
      grant: { ...USUAL, kind: 'client_credentials' },
      minTokenLifetime: 120,
    })
    expect(backendOf({ grant: 'client_credentials' })).toStrictEqual(backendOf({}))
  })

  it('may be jwt_bearer', () => {
    const audience = ['https://a.example', 'https://b.example']
    const assertion = { key_ocid: KEY_OCID, subject_claim: 'upn', key_id: 'alias', audience }

    expect(grantOf({ grant: 'jwt_bearer', assertion: { key_ocid: KEY_OCID } })).toStrictEqual(
      JWT_BEARER,
    )
    expect(grantOf({ grant: 'jwt_bearer', assertion })).toStrictEqual({
      ...JWT_BEARER,
      client: { ...REGISTRATION, assertion: { keyId: 'alias', audience } },
      subjectClaim: 'upn',
    })
  })

  it('may be jwt_bearer without a key if the client has one', () => {
    expect(grantOf({ grant: 'jwt_bearer', client_auth: 'private_key_jwt' })).toStrictEqual({
      ...JWT_BEARER,
      client: { ...REGISTRATION, method: 'private_key_jwt' },
      assertionKeyOcid: undefined,
    })
  })

  it('may be token_exchange', () => {
    const target = { audience: 'https://a.example', resource: 'https://r.example' }
    const type = 'urn:ietf:params:oauth:token-type:jwt'
    const exchange = { ...target, subject_token_type: type }

    expect(grantOf({ grant: 'token_exchange', scope: undefined })).toStrictEqual({
      ...TOKEN_EXCHANGE,
      scope: undefined,
    })
    expect(grantOf({ grant: 'token_exchange', exchange })).toStrictEqual({
      ...TOKEN_EXCHANGE,
      ...target,
      subjectTokenType: type,
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
      expect(clientOf({ client_auth }).method).toBe(client_auth)
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
