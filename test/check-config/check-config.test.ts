import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { BACKEND, documentOf, DOMAIN_KEYS, ENTRA, FLAT, ISSUER } from './configurations-fixture.ts'

describe('a configuration that works', () => {
  it('has a summary', () => {
    const { text, isUsable } = checkConfig({ ...FLAT, required_scopes: 'a b', log_level: 'warn' })

    expect(isUsable).toBe(true)
    expect(text).toBe(`issuer default
  tokens           introspection
  introspection    https://idcs-a.identity.oraclecloud.com/oauth2/v1/introspect
  client           introspecting-client, secret ocid1.vaultsecret.oc1.a
  audience         https://api.example.com/ https://other.example.com/
  issuer           any (not checked)
  scopes needed    a b
  clients allowed  every client
backend default
  for              every call
  grant            client_credentials
  token endpoint   idcs-b.identity.oraclecloud.com
  client           invoking-client, secret ocid1.vaultsecret.oc1.b, client_secret_basic
  scope            https://oic:443urn:opc:resource:consumer::all
function
  token argument   token
  longest permit   3600 s
  log level        warn
No problems, no warnings.
`)
  })

  it.each([
    [{}, 'scopes needed    none', 'clients allowed  every client'],
    [{ allowed_clients: 'a b' }, 'scopes needed    none', 'clients allowed  a b'],
    [{ issuer: ENTRA }, 'scopes needed    any one, or a role', 'clients allowed  every client'],
    [
      { issuer: ENTRA, required_scopes: 'a' },
      'scopes needed    a\n  scopes needed    any one, or a role',
      'clients allowed  every client',
    ],
  ])('shows the rules that are set and not set: %j', (values, scopes, clients) => {
    expect(checkConfig({ ...FLAT, ...values }).text).toContain(`\n  ${scopes}\n  ${clients}\n`)
  })

  it('is usable with warnings', () => {
    const values = { audience: 'any', back_end_grant: 'basic', back_end_secret: 'hunter2' }
    const { text, isUsable } = checkConfig({ ...FLAT, ...values })

    expect(isUsable).toBe(true)
    expect(text).toContain('! audience: is `any`: tokens')
    expect(text).toContain(
      '! back_end_secret: is unknown and has no effect\n    If this is the secret itself',
    )
    expect(text).toContain('audience         any (not checked)')
    expect(text).toContain('user:password    secret ocid1.vaultsecret.oc1.b')
    expect(text).toContain('No problems, 3 warnings.')
    expect(text).not.toContain('hunter2')
  })

  it('has a warning about `jwks` if two issuers may be the same identity domain', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const domain = { issuer: 'https://identity.oraclecloud.com/', algorithms: ['ES256'] }
    const pasted = { ...domain, jwks: { keys: [key.export({ format: 'jwk' })] } }
    const remote = { ...domain, jwks_uri: 'https://idcs-a.identity.oraclecloud.com/keys' }
    const warningsOf = (...issuers: readonly object[]) => {
      const named = issuers.map((each, index) => ({ name: `i${index}`, audience: ['a'], ...each }))
      const { text, isUsable } = checkConfig(documentOf(named, [BACKEND]))
      expect([text, isUsable]).toEqual([expect.any(String), true])
      return text.split('\n').filter((line) => line.startsWith('!'))
    }

    const expected = [expect.stringMatching(/^! .*issuers\.1\.audience: overlaps .* `jwks`/)]
    expect(warningsOf(pasted, remote)).toEqual(expected)
    expect(warningsOf(remote, pasted)).toEqual(expected)
    expect(warningsOf(remote, { ...pasted, audience: ['b'] })).toEqual([])
  })

  it.each([
    [
      'protected keys',
      {
        validation: 'jwt_and_introspection',
        ...DOMAIN_KEYS,
        jwks_access: 'client_credentials',
      },
      ['JWT (RS256), then introspection', 'SigningCert/jwk, with a token of our own'],
    ],
    [
      'a user assertion',
      { back_end_grant: 'jwt_bearer', back_end_assertion_key_ocid: 'ocid1.vaultsecret.oc1.c' },
      [
        'grant            jwt_bearer',
        'user             claim sub',
        'assertion key    secret ocid1.vaultsecret.oc1.c',
        'key id           that of the key, if it is a JWK',
      ],
    ],
    [
      'a user assertion that is signed by the key of the client',
      {
        back_end_grant: 'jwt_bearer',
        back_end_client_auth: 'private_key_jwt',
        back_end_assertion_key_id: 'our-alias',
      },
      ['assertion key    secret ocid1.vaultsecret.oc1.b', 'key id           our-alias'],
    ],
  ])('shows the effect of %s', (_what, values, expected) => {
    const { text } = checkConfig({ ...FLAT, ...values })

    for (const each of expected) expect(text).toContain(each)
  })

  it('is printed without control characters', () => {
    const { text } = checkConfig({ ...FLAT, audience: 'a\u001B[2Jb' })

    expect(text).toContain('audience         a [2Jb\n')
  })

  it('is reported as not checked if the document is in Vault', () => {
    const values = { authorizer_config_secret_ocid: 'ocid1.vaultsecret.oc1.d' }
    const { text, isUsable } = checkConfig(values)

    expect(isUsable).toBe(true)
    expect(text).toContain('is in Vault (ocid1.vaultsecret.oc1.d) and was not checked')
  })
})

describe('a configuration that does not work', () => {
  it('lists each problem, without values', () => {
    const { text, isUsable } = checkConfig({
      ...FLAT,
      audience: '',
      idcs_app_client_secret_ocid: 'hunter2',
      back_end_token_endpoint: 'http://hunter2.example/token',
    })

    expect(isUsable).toBe(false)
    expect(text).toMatch(/^✗ audience: is missing\n {4}\S/m)
    expect(text).toMatch(/^✗ idcs_app_client_secret_ocid: is not an OCID\n {4}\S/m)
    expect(text).toMatch(/^✗ back_end_token_endpoint: is not https\n {4}\S/m)
    expect(text).toContain('3 problems, no warnings: every call would end in a fault')
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain('issuer default')
  })

  it('is reported with the path in the document', () => {
    const { text, isUsable } = checkConfig({
      authorizer_config: '{"issuers": [{"name": "a", "secret": "hunter2"}]}',
    })

    expect(isUsable).toBe(false)
    expect(text).toContain('✗ authorizer_config: issuers.0.audience: is missing')
    expect(text).not.toContain('hunter2')
  })
})

describe('the summary', () => {
  it('has all rules', () => {
    const rules = {
      required_claims: { tenant: ['t1', 't2'], level: 3 },
      max_token_lifetime_seconds: 3600,
      context_claims: ['sub', 'tenant'],
    }
    const backend = { name: 'b', grant: 'basic', secret_ocid: 'ocid1.vaultsecret.oc1.b' }
    const { text } = checkConfig(documentOf([{ ...ISSUER, ...rules }], [backend]))

    expect(text).toContain('  claim needed     tenant = "t1" or "t2"\n')
    expect(text).toContain('  claim needed     level = 3\n')
    expect(text).toContain('  token lifetime   3600 s at most\n')
    expect(text).toContain('  context claims   sub tenant\n')
  })
})

describe('the maximum size on OCI Functions', () => {
  const sized = (octets: number) => {
    const rest = octets - Object.entries(FLAT).flat().join('').length - 'OTHER'.length
    return { ...FLAT, OTHER: 'é'.repeat(rest >> 1) + 'x'.repeat(rest % 2) }
  }

  it('is accepted', () => {
    expect(checkConfig(sized(4096)).text).toContain('no warnings')
  })

  it('causes a warning with the number of octets if it is exceeded', () => {
    expect(checkConfig(sized(4097)).text).toContain(
      '! configuration: has 4097 octets; OCI Functions accepts 4 KB',
    )
  })
})
