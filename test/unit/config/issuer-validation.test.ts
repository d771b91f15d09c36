import { describe, expect, it } from '@jest/globals'
import {
  CLIENT,
  issuerOf,
  keysWithProblems,
  withIssuer,
  type Members,
} from '../support/documents.ts'
import { ENDPOINT, ENTRA, INTROSPECTING, INTROSPECTION, KEYS, OIDC } from './issuer-fixture.ts'

const OKTA: Members = { preset: 'okta', org_url: 'https://acme.okta.com' }

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

    expect(keysWithProblems(withIssuer(changes))).toStrictEqual([
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
      introspection: INTROSPECTION,
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

    expect(issuerOf({ ...INTROSPECTING, client }).introspection?.client.method).toBe(
      'client_secret_post',
    )
  })

  it('by introspection uses the endpoint from discovery by default', () => {
    const discovering = { provider: OIDC, jwks_uri: undefined, client: CLIENT }

    expect(issuerOf({ ...discovering, validation: 'introspection' }).introspection).toStrictEqual({
      ...INTROSPECTION,
      endpoint: undefined,
    })
    expect(
      issuerOf({ ...discovering, introspection_endpoint: ENDPOINT }).introspection?.endpoint,
    ).toBe(ENDPOINT)
  })
})
