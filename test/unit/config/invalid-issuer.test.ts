import { describe, expect, it } from '@jest/globals'
import { CLIENT, problemsOf, withIssuer, type Members } from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import { INTROSPECTING, issuerProblem, KEYS } from './issuer-fixture.ts'

describe('an incomplete issuer', () => {
  const clientMissing = (purpose: string) => [
    issuerProblem('client.client_id', `is missing for ${purpose}`, REMEDIES.callersClientId),
    issuerProblem('client.client_secret_ocid', `is missing for ${purpose}`, REMEDIES.clientSecret),
  ]
  const ENDPOINT_MISSING = issuerProblem(
    'introspection_endpoint',
    'is missing',
    REMEDIES.introspectionEndpoint,
  )
  const ISSUER_MISSING = issuerProblem('issuer', 'is missing for JWT verification', REMEDIES.issuer)
  const KEYS_MISSING = issuerProblem(
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
  it.each([
    ['introspection_endpoint', 'idp.example', 'is not a URL'],
    ['introspection_endpoint', 'http://idp.example', 'is not https'],
    ['jwks_uri', 'https://a:b@idp.example', 'contains credentials or a fragment'],
  ])('is rejected with %s = %s', (field, address, what) => {
    const both = { ...INTROSPECTING, ...KEYS, validation: 'jwt_and_introspection' }

    expect(problemsOf(withIssuer({ ...both, [field]: address }))).toStrictEqual([
      issuerProblem(field, what, REMEDIES.noHttps),
    ])
  })

  it.each(['s3cret', 'x.ocid1.a', 'ocid1.', 'ocid1.a b'])(
    'is rejected with the secret %s, which is not an OCID',
    (client_secret_ocid) => {
      expect(problemsOf(withIssuer({ client: { ...CLIENT, client_secret_ocid } }))).toStrictEqual([
        issuerProblem('client.client_secret_ocid', 'is not an OCID', REMEDIES.noSecretOcid),
      ])
    },
  )

  it('is rejected if the audience has `any` and others', () => {
    expect(problemsOf(withIssuer({ audience: ['api', 'any'] }))).toStrictEqual([
      issuerProblem(
        'audience',
        'has `any` beside other values',
        'Give the accepted values, or `any` alone.',
      ),
    ])
  })

  it.each(['a b', 'a"', 'a\\', 'é', 'a\u007f'])('is rejected with the scope %j', (scope) => {
    expect(problemsOf(withIssuer({ required_scopes: ['plain', scope] }))).toStrictEqual([
      issuerProblem(
        'required_scopes',
        'has a character that scopes cannot have',
        'Give plain scope names, without quotes and spaces.',
      ),
    ])
  })

  it('is rejected with each context claim that has a reserved name', () => {
    const reserved =
      'back_end_token, responseCode, active, principal, clientId, scope, expiresAt, wwwAuthenticate'
    const context_claims = ['tenant', ...reserved.split(', ').toReversed()]

    expect(problemsOf(withIssuer({ context_claims }))).toStrictEqual([
      issuerProblem(
        'context_claims',
        `has reserved names: ${reserved}`,
        'Leave them out: the authorizer itself sets them.',
      ),
    ])
  })
})
