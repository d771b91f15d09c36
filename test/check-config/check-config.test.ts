import { generateKeyPairSync } from 'node:crypto'
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
  ])('shows which rules are set and which are not: %j', (values, scopes, clients) => {
    expect(checkConfig({ ...FLAT, ...values }).text).toContain(`\n  ${scopes}\n  ${clients}\n`)
  })

  it('is usable with warnings, which are listed', () => {
    const { text, isUsable } = checkConfig({
      ...FLAT,
      audience: 'any',
      back_end_grant: 'basic',
      back_end_secret: 'hunter2',
    })

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

  it('warns of pasted keys beside another issuer that may be the same identity domain', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const domain = { issuer: 'https://identity.oraclecloud.com/', algorithms: ['ES256'] }
    const pasted = { ...domain, jwks: { keys: [key.export({ format: 'jwk' })] } }
    const remote = { ...domain, jwks_uri: 'https://idcs-a.identity.oraclecloud.com/keys' }
    const backends = [
      {
        name: 'oic',
        token_endpoint: 'https://idcs-b.identity.oraclecloud.com/oauth2/v1/token',
        client: { client_id: 'c', client_secret_ocid: 'ocid1.vaultsecret.oc1.b' },
        scope: 'https://oic:443urn:opc:resource:consumer::all',
      },
    ]
    const warningsOf = (...issuers: readonly object[]) => {
      const named = issuers.map((each, index) => ({ name: `i${index}`, audience: ['a'], ...each }))
      const authorizer_config = JSON.stringify({ issuers: named, backends })
      const { text, isUsable } = checkConfig({ authorizer_config })
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
  ])('shows the effect of %s', (_what, values, expected) => {
    const { text } = checkConfig({ ...FLAT, ...values })

    for (const each of expected) expect(text).toContain(each)
  })

  it('prints no control characters of its values', () => {
    const { text } = checkConfig({ ...FLAT, audience: 'a\u001B[2Jb' })

    expect(text).toContain('audience         a [2Jb\n')
  })

  it('whose document is in Vault is reported as not checked', () => {
    const { text, isUsable } = checkConfig({
      authorizer_config_secret_ocid: 'ocid1.vaultsecret.oc1.d',
    })

    expect(isUsable).toBe(true)
    expect(text).toContain('lies in Vault (ocid1.vaultsecret.oc1.d) and was not looked at')
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

describe('a configuration with which the function starts but cannot work', () => {
  const EMPLOYEES = {
    idcs_introspection_endpoint: '',
    issuer: ENTRA,
    audience: '0f0f0f0f-0000-4000-8000-000000000001',
    jwks_uri: `${ENTRA.slice(0, -4)}discovery/v2.0/keys`,
  }

  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    [
      'a placeholder',
      { back_end_app_client_id: 'CLIENT_ID_OF_THE_INVOKER' },
      'back_end_app_client_id',
    ],
    ['a placeholder', { idcs_app_client_id: '<client id>' }, 'idcs_app_client_id'],
    ['a zero GUID', { audience: '00000000-0000-0000-0000-000000000000' }, 'audience'],
    [
      'a placeholder',
      { back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.REGION.UNIQUE' },
      'back_end_client_secret_ocid',
    ],
    [
      'a placeholder',
      {
        back_end_scope:
          'https://YOUR_INSTANCE.integration.eu.ocp.oraclecloud.com:443urn:opc:resource:consumer::all',
      },
      'back_end_scope',
    ],
    [
      'an example host',
      { back_end_token_endpoint: 'https://idp.example.com/oauth2/v1/token' },
      'back_end_token_endpoint',
    ],
    [
      'a blank inside a scope',
      { back_end_scope: 'https://oic:443 urn:opc:resource:consumer::all' },
      'back_end_scope',
    ],
    ['quotes of a word processor', { audience: '“https://api.acme.example/”' }, 'audience'],
    ['plain quotes', { idcs_app_client_id: '"introspecting-client"' }, 'idcs_app_client_id'],
    ['a zero-width blank', { audience: 'https://api.acme.example/\u200B' }, 'audience'],
    ['a zero-width blank', { idcs_app_client_id: 'a\u200Bb' }, 'idcs_app_client_id'],
    [
      'one secret for two clients',
      { back_end_client_secret_ocid: FLAT.idcs_app_client_secret_ocid },
      'back_end_client_secret_ocid',
    ],
    [
      'protected keys of a domain',
      {
        validation: 'jwt',
        issuer: 'https://identity.oraclecloud.com/',
        jwks_uri: 'https://idcs-a.identity.oraclecloud.com/admin/v1/SigningCert/jwk',
      },
      'jwks_access',
    ],
    [
      'a scope with its audience in front',
      { required_scopes: 'https://api.example.com/orders:invoke' },
      'required_scopes',
    ],
    [
      'a scope of Entra',
      { ...EMPLOYEES, required_scopes: 'api://orders/Orders.Read' },
      'required_scopes',
    ],
    ['an audience of Entra', { ...EMPLOYEES, audience: 'api://orders' }, 'audience'],
    [
      'an Okta host',
      { ...EMPLOYEES, issuer: 'https://acme-admin.okta.com/oauth2/default' },
      'issuer',
    ],
  ])('has a problem: %s, %j', (_what, values, key) => {
    const { text, isUsable } = checkConfig({ ...FLAT, ...values })

    expect(isUsable).toBe(false)
    expect(text.match(/^✗ .*$/gm)).toEqual([expect.stringContaining(`✗ ${key}: `)])
    expect(text).toContain('1 problem, no warnings: it starts, and cannot work as it is.\n')
  })

  it('is reported with the path in the document, too', () => {
    const client = { client_id: 'a', client_secret_ocid: 'ocid1.vaultsecret.oc1.a' }
    const document = {
      issuers: [
        {
          name: 'a',
          audience: ['x'],
          issuer: 'https://identity.oraclecloud.com/',
          jwks_uri: 'https://idcs-a.identity.oraclecloud.com/admin/v1/SigningCert/jwk',
          client,
        },
      ],
      backends: [
        {
          name: 'b',
          token_endpoint: 'https://YOUR_DOMAIN.identity.oraclecloud.com/oauth2/v1/token',
          client: { ...client, client_id: 'b' },
          scope: FLAT.back_end_scope,
        },
      ],
    }
    const { text } = checkConfig({ authorizer_config: JSON.stringify(document) })

    expect(text.match(/^✗ \S+ \S+:/gm)).toEqual([
      '✗ authorizer_config: backends.0.token_endpoint:',
      '✗ authorizer_config: backends.0.client.client_secret_ocid:',
      '✗ authorizer_config: issuers.0.jwks_access:',
    ])
  })

  it('accepts working values', () => {
    expect(checkConfig({ ...FLAT, ...EMPLOYEES, required_scopes: 'Orders.Read' }).isUsable).toBe(
      true,
    )
    expect(
      checkConfig({ ...FLAT, back_end_scope: `${FLAT.back_end_scope} offline_access` }),
    ).toMatchObject({
      isUsable: true,
    })
  })
})

describe('a deployment specification', () => {
  const route = (changes: object = {}) => ({
    path: '/orders',
    requestPolicies: {
      authorization: { type: 'ANY_OF', allowedScope: ['orders:invoke'] },
      headerTransformations: {
        setHeaders: {
          items: [
            {
              name: 'Authorization',
              values: ['${request.auth[back_end_token]}'],
              ifExists: 'OVERWRITE',
              ...changes,
            },
          ],
        },
      },
    },
    backend: { type: 'HTTP_BACKEND' },
  })
  const deployment = (authentication: object = {}, routes: readonly unknown[] = [route()]) => ({
    requestPolicies: {
      authentication: {
        type: 'CUSTOM_AUTHENTICATION',
        functionId: 'ocid1.fnfunc.oc1.phx.aaaa',
        parameters: { token: 'request.headers[Authorization]', host: 'request.host' },
        ...authentication,
      },
    },
    routes,
  })
  const client = { client_id: 'b', client_secret_ocid: 'ocid1.vaultsecret.oc1.b' }
  const backend = {
    token_endpoint: FLAT.back_end_token_endpoint,
    client,
    scope: FLAT.back_end_scope,
  }
  const config = {
    authorizer_config: JSON.stringify({
      issuers: [
        {
          name: 'a',
          audience: ['x'],
          issuer: 'https://idp.acme.org',
          jwks_uri: 'https://idp.acme.org/keys',
          gateway_scope_map: { 'Orders.Invoke': ['orders:invoke'] },
        },
      ],
      backends: [
        { name: 'one', when: { arguments: { host: 'a' } }, ...backend },
        { name: 'other', ...backend },
      ],
    }),
  }

  it('that matches the configuration has no problem', () => {
    expect(checkConfig(config, deployment()).text).toContain('No problems, no warnings.')
    expect(checkConfig(config, deployment({ cacheKey: ['token', 'host'] })).isUsable).toBe(true)
  })

  it.each<readonly [string, object, string]>([
    [
      'no token argument',
      deployment({ parameters: { host: 'request.host' } }),
      'has no argument token',
    ],
    ['no argument of a rule', deployment({ parameters: { token: 'x' } }), 'has no argument host'],
    [
      'a cache key without an argument',
      deployment({ cacheKey: ['token'] }),
      'cacheKey: does not have host',
    ],
    [
      'a cache key without the token',
      deployment({ cacheKey: ['host'] }),
      'cacheKey: does not have token',
    ],
    ['no header', deployment({}, [{ path: '/', backend: {} }]), 'does not set Authorization'],
    ['APPEND', deployment({}, [route({ ifExists: 'APPEND' })]), 'does not overwrite'],
    ['another value', deployment({}, [route({ values: ['x'] })]), 'something else than the token'],
    [
      'Bearer twice',
      deployment({}, [route({ values: ['Bearer ${request.auth[back_end_token]}'] })]),
      'puts Bearer before',
    ],
    [
      'a scope that is mapped away',
      deployment({}, [
        {
          ...route(),
          requestPolicies: {
            ...route().requestPolicies,
            authorization: { allowedScope: ['Orders.Invoke'] },
          },
        },
      ]),
      'which no token can have',
    ],
    ['no routes', { requestPolicies: deployment().requestPolicies }, 'routes: is missing'],
    [
      'quotes in an expression',
      deployment({
        parameters: { token: "request.headers['Authorization']", host: 'request.host' },
      }),
      'without ${} and quotes',
    ],
    [
      'another kind of authentication',
      deployment({ type: 'JWT_AUTHENTICATION' }),
      'is not CUSTOM_AUTHENTICATION',
    ],
  ])('has a problem: %s', (_what, specification, expected) => {
    const { text, isUsable } = checkConfig(config, specification)

    expect(isUsable).toBe(false)
    expect(text).toContain('✗ deployment: ')
    expect(text).toContain(expected)
  })
})

describe('the summary', () => {
  it('has every rule', () => {
    const { text } = checkConfig({
      authorizer_config: JSON.stringify({
        issuers: [
          {
            name: 'a',
            audience: ['x'],
            issuer: 'https://idp.acme.org',
            jwks_uri: 'https://idp.acme.org/keys',
            required_claims: { tenant: ['t1', 't2'], level: 3 },
            max_token_lifetime_seconds: 3600,
            context_claims: ['sub', 'tenant'],
          },
        ],
        backends: [{ name: 'b', grant: 'basic', secret_ocid: 'ocid1.vaultsecret.oc1.b' }],
      }),
    })

    expect(text).toContain('  claim needed     tenant = "t1" or "t2"\n')
    expect(text).toContain('  claim needed     level = 3\n')
    expect(text).toContain('  token lifetime   3600 s at most\n')
    expect(text).toContain('  context claims   sub tenant\n')
  })
})

describe('the maximum size on OCI Functions', () => {
  const sized = (octets: number) => {
    const used = Object.entries(FLAT).flat().join('').length + 'OTHER'.length
    return {
      ...FLAT,
      OTHER: 'é'.repeat((octets - used) >> 1).padEnd(octets - used - ((octets - used) >> 1), 'x'),
    }
  }

  it('is accepted', () => {
    expect(checkConfig(sized(4096)).text).toContain('no warnings')
  })

  it('is exceeded: a warning with the number of octets', () => {
    expect(checkConfig(sized(4097)).text).toContain(
      '! configuration: has 4097 octets; OCI Functions takes 4 KB',
    )
  })
})

describe('as a process', () => {
  const run = (words: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'scripts/check-config.ts', ...words],
      { cwd: ROOT, input, encoding: 'utf8', timeout: 60_000 },
    )
    return { status, stdout, stderr }
  }

  it('checks a file', () => {
    const { status, stdout, stderr } = run([EXAMPLE])

    // Its values are placeholders.
    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ authorizer_config: issuers.0.provider.tenant: has a placeholder')
    expect(stdout).toContain('issuer employees')
    expect(stdout).toContain('backend oic\n')
  })

  it('checks a deployment specification, alone or with its configuration', () => {
    const alone = run(['deploy/api-deployment.json'])
    const both = run(['-', '--deployment', 'deploy/api-deployment.json'], JSON.stringify(FLAT))

    expect([alone.status, both.status]).toEqual([1, 1])
    for (const { stdout } of [alone, both]) {
      expect(stdout).toContain(
        '✗ deployment: requestPolicies.authentication.functionId: is missing or a placeholder',
      )
      expect(stdout).toContain('1 problem')
    }
  })

  it('checks standard input and exits with 1 if there are problems', () => {
    const { status, stdout, stderr } = run(['-'], '{"audience": "a"}')

    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ back_end_scope: is missing')
  })

  it.each([
    [[], '', 'FILE is missing'],
    [['no-such-file'], '', 'cannot be read (ENOENT)'],
    [['-'], 'hunter2', 'line 1 is not key=value'],
    [['--colour', '-'], '', 'There is no option --colour'],
  ])('prints a usage error in one line and exits with 2: %j', (words, input, expected) => {
    const { status, stdout, stderr } = run(words, input)

    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('hunter2')
  })

  it('prints its help', () => {
    const { status, stdout } = run(['--help'])

    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('npm run check-config -- [options] FILE'),
    ])
  })
})
