/**
 * Owns the proof of `npm run check-config`: what is told of configurations that work and of others,
 * and how it ends as a process.
 * I/O: starts processes.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLE = 'deploy/authorizer-config.example.json'

const FLAT = {
  idcs_introspection_endpoint: 'https://idcs-a.identity.oraclecloud.com/oauth2/v1/introspect',
  idcs_app_client_id: 'introspecting-client',
  idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.a',
  back_end_token_endpoint: 'https://idcs-b.identity.oraclecloud.com/oauth2/v1/token',
  back_end_app_client_id: 'invoking-client',
  back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.b',
  back_end_scope: 'https://oic:443urn:opc:resource:consumer::all',
  audience: 'https://api.example.com/ https://other.example.com/',
}

const ENTRA = 'https://login.microsoftonline.com/0f0f0f0f-0000-4000-8000-000000000000/v2.0'

describe('a configuration that works', () => {
  it('is summed up', () => {
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
  ])('says what its rules are, and where there is none: %j', (values, scopes, clients) => {
    expect(checkConfig({ ...FLAT, ...values }).text).toContain(`\n  ${scopes}\n  ${clients}\n`)
  })

  it('is told with its warnings, which are no problems', () => {
    const { text, isUsable } = checkConfig({
      ...FLAT,
      audience: 'any',
      back_end_grant: 'basic',
      back_end_secret: 'hunter2',
    })

    expect(isUsable).toBe(true)
    expect(text).toContain('! audience: is `any` for issuer default')
    expect(text).toContain(
      '! back_end_secret: is unknown and has no effect\n    If the secret itself',
    )
    expect(text).toContain('audience         any (not checked)')
    expect(text).toContain('user:password    secret ocid1.vaultsecret.oc1.b')
    expect(text).toContain('No problems, 3 warnings.')
    expect(text).not.toContain('hunter2')
  })

  it.each([
    [
      'protected keys',
      {
        validation: 'jwt_and_introspection',
        issuer: 'https://identity.oraclecloud.com/',
        jwks_uri: 'https://idcs-a.identity.oraclecloud.com/admin/v1/SigningCert/jwk',
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
  ])('says of %s what it comes to', (_what, values, expected) => {
    const { text } = checkConfig({ ...FLAT, ...values })

    for (const each of expected) expect(text).toContain(each)
  })

  it('does not move the cursor, whatever its values are', () => {
    const { text, isUsable } = checkConfig({ ...FLAT, audience: 'a\u001B[2Jb' })

    expect(isUsable).toBe(true)
    expect(text).toContain('audience         a [2Jb\n')
  })

  it('whose document lies in Vault is told as not looked at', () => {
    const { text, isUsable } = checkConfig({
      authorizer_config_secret_ocid: 'ocid1.vaultsecret.oc1.d',
    })

    expect(isUsable).toBe(true)
    expect(text).toContain('lies in Vault (ocid1.vaultsecret.oc1.d) and was not looked at')
  })
})

describe('a configuration that does not work', () => {
  it('is told problem by problem, without a value', () => {
    const { text, isUsable } = checkConfig({
      ...FLAT,
      audience: '',
      idcs_app_client_secret_ocid: 'hunter2',
      back_end_token_endpoint: 'http://hunter2.example/token',
    })

    expect(isUsable).toBe(false)
    expect(text).toMatch(/^✗ audience: is missing\n {4}\S/m)
    expect(text).toMatch(/^✗ idcs_app_client_secret_ocid: is no OCID\n {4}\S/m)
    expect(text).toMatch(/^✗ back_end_token_endpoint: is not https\n {4}\S/m)
    expect(text).toContain('3 problems, no warnings: every call would end in a fault')
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain('issuer default')
  })

  it('is told by the path in the document', () => {
    const { text, isUsable } = checkConfig({
      authorizer_config: '{"issuers": [{"name": "a", "secret": "hunter2"}]}',
    })

    expect(isUsable).toBe(false)
    expect(text).toContain('✗ authorizer_config: issuers.0.audience: is missing')
    expect(text).not.toContain('hunter2')
  })
})

describe('the size that OCI Functions takes', () => {
  const sized = (octets: number) => {
    const used = Object.entries(FLAT).flat().join('').length + 'OTHER'.length
    return {
      ...FLAT,
      OTHER: 'é'.repeat((octets - used) >> 1).padEnd(octets - used - ((octets - used) >> 1), 'x'),
    }
  }

  it('may be filled', () => {
    expect(checkConfig(sized(4096)).text).toContain('no warnings')
  })

  it('is warned of in octets, where it is exceeded', () => {
    expect(checkConfig(sized(4097)).text).toContain(
      '! configuration: has 4097 octets; OCI Functions takes 4 KB',
    )
  })
})

describe('as a process', () => {
  const run = (words: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(
      'node_modules/.bin/tsx',
      ['scripts/check-config.ts', ...words],
      { cwd: ROOT, input, encoding: 'utf8', timeout: 60_000 },
    )
    return { status, stdout, stderr }
  }

  it('checks a file', () => {
    const { status, stdout, stderr } = run([EXAMPLE])

    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('issuer employees')
    expect(stdout).toContain('backend oic\n')
  })

  it('checks standard input, and ends with 1 where there are problems', () => {
    const { status, stdout, stderr } = run(['-'], '{"audience": "a"}')

    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ back_end_scope: is missing')
  })

  it.each([
    [[], '', 'FILE is missing'],
    [['no-such-file'], '', 'cannot be read (ENOENT)'],
    [['-'], 'hunter2', 'line 1 is not key=value'],
    [['--colour', '-'], '', 'There is no option --colour'],
  ])('says in one line what is wanted, and ends with 2: %j', (words, input, expected) => {
    const { status, stdout, stderr } = run(words, input)

    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('hunter2')
  })

  it('explains itself', () => {
    const { status, stdout } = run(['--help'])

    expect([status, stdout]).toEqual([0, expect.stringContaining('npm run check-config -- FILE')])
  })
})
