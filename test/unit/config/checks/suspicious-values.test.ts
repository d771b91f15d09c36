import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../../src/config/flat-keys.ts'
import type { ConfigProblem } from '../../../../src/config/problems.ts'
import { flatWarningsOf } from '../../support/flat-configurations.ts'
import { configProblem } from '../../support/problems.ts'
import { ASSERTING, COGNITO, DOMAINS, ENTRA, FINDINGS, JWT } from './suspicious-findings.ts'
import { DOMAIN, textsOf } from './suspicious-fixture.ts'

const WARNED = Object.entries(FINDINGS).flatMap(([key, findings]) => {
  const others = ['issuer', 'jwks_uri'].includes(key) ? JWT : {}
  return findings.flatMap(([problem, remedy, ...given]) =>
    given.map((each): [FlatConfiguration, ConfigProblem] => [
      typeof each === 'string' ? { ...others, [key]: each } : each,
      configProblem(key, problem, remedy),
    ]),
  )
})

describe('a flat key gets a warning', () => {
  it.each(WARNED)('%j', (values, expected) => {
    expect(textsOf(flatWarningsOf(values))).toStrictEqual([expected])
  })
})

it.each([`${COGNITO}/`, 'https://acme.auth.eu-west-1.amazoncognito.com'])(
  'an issuer of Amazon Cognito that no token has gets a warning: %s',
  (issuer) => {
    const jwks_uri = `${issuer}/.well-known/jwks.json`
    expect(textsOf(flatWarningsOf({ ...JWT, issuer, jwks_uri }))).toContainEqual(
      configProblem(
        'issuer',
        'is not the issuer of a user pool',
        'Give https://cognito-idp.<region>.amazonaws.com/<user pool id>, without a slash at its end.',
      ),
    )
  },
)

describe('there is no warning', () => {
  it.each<readonly [FlatConfiguration]>([
    [{ idcs_introspection_endpoint: 'https://idp.example/token/introspect' }],
    [{ idcs_introspection_endpoint: 'https://idp.example/introspect?token' }],
    [{ idcs_introspection_endpoint: 'https://idp.example/my-token' }],
    [{ back_end_token_endpoint: 'https://idp.example/introspect/token' }],
    [{ idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect` }],
    [
      {
        issuer: DOMAINS,
        idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect`,
      },
    ],
    [{ ...JWT, jwks_uri: 'https://idp.example/x/admin/v1/SigningCert/jwk' }],
    [{ ...JWT, jwks_uri: 'https://identity.oraclecloud.com.example/keys' }],
    [{ audience: 'any-graph https://graph.microsoft.com.example/' }],
    [{ idcs_app_client_id: 'my-ocid1.a' }],
    [{ back_end_scope: 'https://a..example:443urn:opc:resource:consumer::all' }],
    [{ ...ASSERTING, issuer: ENTRA, back_end_assertion_subject_claim: 'upn' }],
    [{ ...ASSERTING, issuer: ENTRA }],
    [{ ...ASSERTING, back_end_assertion_subject_claim: 'employee_number' }],
    [
      {
        ...ASSERTING,
        back_end_assertion_subject_claim: 'email',
        back_end_assertion_user_controlled_claim: 'accept',
      },
    ],
  ])('for a flat key: %j', (values) => {
    expect(flatWarningsOf(values)).toStrictEqual([])
  })
})
