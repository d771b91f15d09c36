import { describe, expect, it } from '@jest/globals'
import {
  documentOf,
  keysWithProblems,
  problem,
  problemsOf,
  withBackend,
  type Members,
} from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'

const KEY_OCID = 'ocid1.vaultsecret.oc1..key'
const ASSERTION = { key_ocid: KEY_OCID }

describe('an incomplete backend', () => {
  const missing = (field: string, remedy: string) =>
    problem(`backends.0.${field}`, 'is missing', remedy)
  const CLIENT_MISSING = [
    missing('token_endpoint', REMEDIES.tokenEndpoint),
    missing('client.client_id', REMEDIES.backendClientId),
    missing('client.client_secret_ocid', REMEDIES.clientSecret),
  ]
  const SCOPE_MISSING = missing('scope', REMEDIES.scope)
  const KEY_MISSING = missing('assertion.key_ocid', REMEDIES.assertionKey)

  it.each([
    [undefined, [...CLIENT_MISSING, SCOPE_MISSING]],
    ['client_credentials', [...CLIENT_MISSING, SCOPE_MISSING]],
    ['jwt_bearer', [...CLIENT_MISSING, SCOPE_MISSING, KEY_MISSING]],
    ['token_exchange', [...CLIENT_MISSING]],
    ['basic', [missing('secret_ocid', REMEDIES.userAndPassword)]],
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
  it.each<readonly [string, Members]>([
    ['client.client_secret_ocid', { client: { client_id: 'a', client_secret_ocid: 's3cret' } }],
    ['assertion.key_ocid', { grant: 'jwt_bearer', assertion: { key_ocid: 'x ocid1.a' } }],
    ['secret_ocid', { grant: 'basic', secret_ocid: 'user:password' }],
  ])('is rejected if %s is not an OCID', (field, changes) => {
    expect(problemsOf(withBackend(changes))).toStrictEqual([
      problem(`backends.0.${field}`, 'is not an OCID', REMEDIES.noSecretOcid),
    ])
  })

  it('is rejected if its token endpoint is not an https address', () => {
    const token_endpoint = 'http://backend.example/oauth2/v1/token'

    expect(problemsOf(withBackend({ token_endpoint }))).toStrictEqual([
      problem('backends.0.token_endpoint', 'is not https', REMEDIES.noHttps),
    ])
  })

  it.each<readonly [string, string, Members]>([
    ['assertion', 'client_credentials', { assertion: { key_id: 'a' } }],
    ['assertion', 'token_exchange', { grant: 'token_exchange', assertion: { key_id: 'a' } }],
    ['exchange', 'client_credentials', { exchange: { audience: 'a' } }],
    ['exchange', 'jwt_bearer', { grant: 'jwt_bearer', assertion: ASSERTION, exchange: {} }],
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

    expect(keysWithProblems(withBackend(changes))).toStrictEqual([
      'authorizer_config: backends.0.assertion',
      'authorizer_config: backends.0.exchange',
      'authorizer_config: backends.0.secret_ocid',
    ])
  })
})
