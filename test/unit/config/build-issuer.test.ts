import { describe, expect, it } from '@jest/globals'
import { seconds } from '../../../src/platform/clock.ts'
import { CLIENT, issuerOf, problemsOf, warningsOf, withIssuer } from '../support/documents.ts'
import { DEFAULT_CLAIM_NAMES, issuerConfig, tokenRules } from '../support/issuers.ts'
import {
  ENDPOINT,
  ENTRA,
  INTROSPECTING,
  INTROSPECTION,
  issuerProblem,
  KEYS,
  OIDC,
} from './issuer-fixture.ts'

const REMOTE_KEYS = { kind: 'remote', uri: 'https://idp.example/keys', access: undefined } as const

describe('an issuer of a document', () => {
  it('has the documented defaults', () => {
    expect(issuerOf({})).toStrictEqual(
      issuerConfig({
        jwt: { keys: REMOTE_KEYS, algorithms: ['RS256'], type: 'any' },
        claimNames: DEFAULT_CLAIM_NAMES,
        rules: tokenRules({ issuer: 'https://idp.example' }),
      }),
    )
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
    ).toStrictEqual(
      issuerConfig({
        jwt: { keys: REMOTE_KEYS, algorithms: ['ES256', 'PS512'], type: 'at+jwt' },
        introspection: { ...INTROSPECTION, cache: seconds(60) },
        claimNames: { principal: ['oid', 'sub'], clientId: ['app'], scope: ['roles', 'scp'] },
        rules: tokenRules({
          issuer: 'https://idp.example',
          audience: 'any',
          requiredScopes: ['a', 'b'],
          allowedClients: ['one', 'two'],
          requiredClaims: [
            { name: 'tenant', values: ['x'] },
            { name: 'level', values: [1, 2] },
            { name: 'admin', values: [true] },
          ],
          maxTokenLifetime: seconds(3600),
          clockTolerance: seconds(0),
        }),
        gatewayScopes: {
          prefix: 'callers:',
          map: new Map([
            ['Orders.Invoke', ['orders:read', 'orders:write']],
            ['other', []],
          ]),
        },
        contextClaims: ['tenant', 'oid'],
      }),
    )
  })

  it.each([{}, { validation: 'introspection' }])(
    'rejects a token type with introspection, which does not check it: %j',
    (validation) => {
      const introspecting = { ...INTROSPECTING, ...validation }

      expect(problemsOf(withIssuer({ ...introspecting, token_type: 'at+jwt' }))).toStrictEqual([
        issuerProblem(
          'token_type',
          'is not checked by introspection',
          'Give `validation`: `jwt` or `jwt_and_introspection`; or leave it out.',
        ),
      ])
      expect(warningsOf(withIssuer({ ...introspecting, token_type: 'any' }))).toStrictEqual([
        issuerProblem(
          'validation',
          'is `introspection`, which does not use token_type (issuer callers)',
          'Give `jwt` or `jwt_and_introspection`; or remove these keys.',
        ),
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
      jwt: { keys: { ...REMOTE_KEYS, uri: undefined } },
      introspection: undefined,
    })
  })
})
