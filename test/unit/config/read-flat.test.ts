import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import {
  flatConfigOf,
  flatProblemsOf,
  INTROSPECTOR,
  INVOKER,
  MINIMAL,
  VERIFYING,
  without,
} from '../support/flat-configurations.ts'

function issuerOf(values: FlatConfiguration) {
  return flatConfigOf(values).issuers[0]
}
function grantOf(values: FlatConfiguration) {
  return flatConfigOf(values).backends[0]?.grant
}

describe('the issuer of flat keys', () => {
  it('may have a JWKS URI', () => {
    expect(issuerOf(VERIFYING)).toMatchObject({
      jwt: {
        keys: { kind: 'remote', uri: 'https://idp.example/keys', access: undefined },
        algorithms: ['RS256'],
        type: 'any',
      },
      introspection: undefined,
      rules: { issuer: 'https://idp.example' },
    })
  })

  it('may have signature and introspection', () => {
    const both = { issuer: 'https://idp.example', jwks_uri: 'https://idp.example/keys' }

    expect(issuerOf({ ...both, validation: 'jwt_and_introspection' })).toMatchObject({
      jwt: { keys: { uri: 'https://idp.example/keys', access: undefined } },
      introspection: {
        endpoint: 'https://callers.example/oauth2/v1/introspect',
        client: INTROSPECTOR,
      },
    })
    expect(issuerOf({ ...both, validation: 'jwt' })?.introspection).toBeUndefined()
    expect(issuerOf(both)?.jwt).toBeUndefined()
  })

  it('may have protected keys', () => {
    const values = { ...VERIFYING, ...MINIMAL, validation: 'jwt' }

    expect(issuerOf({ ...values, jwks_access: 'client_credentials' })?.jwt?.keys).toStrictEqual({
      kind: 'remote',
      uri: 'https://idp.example/keys',
      access: {
        tokenEndpoint: 'https://idp.example/oauth2/v1/token',
        client: INTROSPECTOR,
        scope: 'urn:opc:idm:__myscopes__',
      },
    })
    expect(issuerOf({ ...values, jwks_access: 'public' })?.jwt?.keys).toMatchObject({
      access: undefined,
    })
  })

  it('may have its keys in the configuration', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] })
    const keys = issuerOf({ ...VERIFYING, jwks_uri: undefined, jwks })?.jwt?.keys

    expect(keys).toMatchObject({ kind: 'static', keys: [{ kid: 'one', kty: 'EC' }] })
  })

  it.each([
    ['"kid":"a","kid":"b"', 'jwks: keys.0.kid', 'is given twice'],
    ['"__proto__":{"alg":"RS256"}', 'jwks: keys.0.__proto__', 'has a name that cannot be used'],
  ])('may not have keys with members that would get lost: %s', (members, key, problem) => {
    const jwks = JSON.stringify({ keys: [{ MEMBERS: 0 }] }).replace('"MEMBERS":0', members)
    const problems = flatProblemsOf({ ...VERIFYING, jwks_uri: undefined, jwks })

    expect(problems).toContainEqual(expect.objectContaining({ key, problem }))
  })

  it.each([
    ['ES256', ['ES256']],
    ['RS256 PS512\tEdDSA', ['RS256', 'PS512', 'EdDSA']],
  ])('may accept the algorithms %s', (algorithms, expected) => {
    expect(issuerOf({ ...VERIFYING, algorithms })?.jwt?.algorithms).toStrictEqual(expected)
  })
})

describe('the backend of flat keys', () => {
  const ASSERTION = {
    back_end_assertion_subject_claim: 'upn',
    back_end_assertion_key_ocid: 'ocid1.vaultsecret.oc1.phx.key',
    back_end_assertion_key_id: 'alias',
    back_end_assertion_audience: 'https://a.example https://b.example',
  }

  it('may have a user assertion', () => {
    expect(grantOf({ back_end_grant: 'jwt_bearer', ...ASSERTION })).toStrictEqual({
      kind: 'jwt_bearer',
      tokenEndpoint: MINIMAL['back_end_token_endpoint'],
      client: {
        ...INVOKER,
        assertion: { keyId: 'alias', audience: ['https://a.example', 'https://b.example'] },
      },
      scope: MINIMAL['back_end_scope'],
      subjectClaim: 'upn',
      acceptsUserControlledClaim: false,
      assertionKeyOcid: 'ocid1.vaultsecret.oc1.phx.key',
    })
  })

  it('may exchange tokens, without a scope', () => {
    expect(
      grantOf({
        back_end_grant: 'token_exchange',
        back_end_scope: undefined,
        back_end_exchange_audience: 'https://b.example',
      }),
    ).toMatchObject({
      kind: 'token_exchange',
      scope: undefined,
      audience: 'https://b.example',
      resource: undefined,
      subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    })
    expect(grantOf({ back_end_grant: 'token_exchange' })).toMatchObject({
      scope: MINIMAL['back_end_scope'],
      audience: undefined,
    })
  })

  it('may be basic, which needs only a secret', () => {
    const others = without('back_end_token_endpoint', 'back_end_app_client_id', 'back_end_scope')

    expect(flatConfigOf({ ...others, back_end_grant: 'basic' }).backends).toStrictEqual([
      {
        name: 'default',
        condition: undefined,
        grant: { kind: 'basic', secretOcid: 'ocid1.vaultsecret.oc1.phx.invoker' },
        minTokenLifetime: 120,
      },
    ])
  })
})
