import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startByHand } from './support/by-hand.ts'
import type { LogRecord } from './support/outcome.ts'
import {
  AUDIENCE,
  BACK_END_SCOPE,
  CLIENT_IDS,
  SECRET_OCIDS,
  startWorld,
  type ConfigChanges,
  type World,
} from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

/** The problems or warnings that a cold start tells, by key; each list in one line of the log. */
async function coldStart(changes: ConfigChanges) {
  const before = world.function.jsonLog().length
  await world.start(changes)
  const { verdict } = await world.decide()
  const lines = world.function.jsonLog().slice(before)
  return {
    verdict,
    problems: keysIn(lines, 'config_invalid', 'problems'),
    warnings: keysIn(lines, 'config_warning', 'warnings'),
  }
}

function keysIn(lines: readonly LogRecord[], event: string, member: string): string[] {
  const found = lines.filter((line) => line['event'] === event)
  if (found.length > 1) throw new Error(`${found.length} lines with the event ${event}`)
  const items = (found[0]?.[member] ?? []) as readonly LogRecord[]
  for (const item of items) {
    if (typeof item['problem'] !== 'string' || typeof item['remedy'] !== 'string') {
      throw new Error('a problem has no remedy')
    }
  }
  return items.map((item) => String(item['key']))
}

const REQUIRED = [
  'audience',
  'idcs_introspection_endpoint',
  'idcs_app_client_id',
  'idcs_app_client_secret_ocid',
  'back_end_token_endpoint',
  'back_end_app_client_id',
  'back_end_client_secret_ocid',
  'back_end_scope',
] as const

function without(keys: readonly string[]): ConfigChanges {
  return Object.fromEntries(keys.map((key) => [key, undefined]))
}

describe('an incomplete configuration', () => {
  it.each(REQUIRED)('is a fault on each call, with %s in the log', async (key) => {
    const { verdict, problems } = await coldStart(without([key]))
    expect([verdict, problems]).toEqual(['fault config_invalid', [key]])
    const { verdict: again, line } = await world.decide()
    expect([again, line['detail']]).toEqual(['fault config_invalid', key])
    expect(world.requestCount()).toBe(0)
  })

  it('may be empty: one log line has all missing keys', async () => {
    const { verdict, problems } = await coldStart(without(Object.keys(world.config)))
    expect(verdict).toBe('fault config_invalid')
    expect([...problems].sort()).toEqual([...REQUIRED].sort())
  })

  it('treats empty values as absent', async () => {
    const { problems } = await coldStart({ audience: '', back_end_scope: '  ' })
    expect([...problems].sort()).toEqual(['audience', 'back_end_scope'])
  })

  it('is a fault for every payload', async () => {
    await world.start({ audience: undefined })
    const verdicts = [(await world.call('')).verdict, (await world.call('{')).verdict]
    expect(verdicts).toEqual(['fault config_invalid', 'fault config_invalid'])
  })
})

describe('an invalid configuration', () => {
  // All problems are reported at once, so that one cold start covers many of them.
  it.each([
    [
      'endpoints and secrets',
      {
        idcs_introspection_endpoint: 'http://idp.example.com/introspect',
        back_end_token_endpoint: 'http://10.0.0.1/token',
        vault_secrets_endpoint: 'http://vault.example.com',
        idcs_app_client_secret_ocid: 'not-an-ocid',
      },
    ],
    [
      'endpoints that look like loopback',
      {
        idcs_introspection_endpoint: 'http://127.0.0.1.example.com/',
        back_end_token_endpoint: 'http://127.0.0.1@idp.example.com/token',
        vault_secrets_endpoint: 'http://localhost.example.com/',
      },
    ],
    [
      'endpoints that are none',
      {
        idcs_introspection_endpoint: 'ftp://127.0.0.1/introspect',
        back_end_token_endpoint: 'idp.example.com/token',
        vault_secrets_endpoint: 'https://user:password@vault.example.com',
      },
    ],
    [
      'too little',
      {
        clock_tolerance_seconds: '-1',
        introspection_cache_seconds: '-1',
        max_decision_seconds: '59',
        min_back_end_token_seconds: '59',
        secret_ttl_seconds: '-1',
      },
    ],
    [
      'too much',
      {
        clock_tolerance_seconds: '301',
        introspection_cache_seconds: '301',
        max_decision_seconds: '3601',
        min_back_end_token_seconds: '1e9',
      },
    ],
    [
      'odd numbers',
      {
        clock_tolerance_seconds: '1.5',
        introspection_cache_seconds: '0x10',
        max_decision_seconds: '3600s',
        min_back_end_token_seconds: 'many',
        secret_ttl_seconds: '1 0',
      },
    ],
    [
      'unknown words',
      {
        validation: 'Introspection',
        back_end_grant: 'password',
        back_end_client_auth: 'none',
        log_level: 'verbose',
        audience: 'any https://api.example.com/',
        context_claims: 'tenant back_end_token',
        required_scopes: '"echo"',
      },
    ],
    [
      'what it does not know',
      {
        validation: 'guess',
        jwks_access: 'private',
        algorithms: 'none HS256',
        back_end_grant: 'password',
        back_end_client_auth: 'tls_client_auth',
      },
    ],
    ['rules that are misspelt', { required_scope: 'a', allowed_client: 'a', issuers: 'a' }],
    ['rules of the document', { required_claims: '{"a":"b"}', max_token_lifetime: '60' }],
    ['rules of blanks', { allowed_clients: ' ', required_scopes: '  ', algorithms: ' ' }],
    ['something missing and something wrong', { audience: undefined, log_level: 'verbose' }],
  ] as const)('is a fault, with every key in the log: %s', async (_case, changes) => {
    const { verdict, problems } = await coldStart(changes)
    expect(verdict).toBe('fault config_invalid')
    expect([...problems].sort()).toEqual(Object.keys(changes).sort())
  })

  it('may have a JWKS URI from which no token endpoint can be derived', async () => {
    const { verdict, problems } = await coldStart({
      validation: 'jwt',
      issuer: 'https://idp.example.com',
      jwks_access: 'client_credentials',
      jwks_uri: 'idcs-a.identity.example:443/admin/v1/SigningCert/jwk',
    })
    expect([verdict, problems]).toEqual(['fault config_invalid', ['jwks_uri']])
  })

  it('never has its values logged, as they may be secrets', async () => {
    const secret = world.keepSecret('a-secret-in-the-wrong-place')
    const keys = [...REQUIRED, 'vault_secrets_endpoint', 'log_level', 'secret_ttl_seconds']
    const { verdict } = await coldStart(Object.fromEntries(keys.map((key) => [key, secret])))
    expect(verdict).toBe('fault config_invalid')
  })
})

describe('a configuration with warnings', () => {
  it('has a warning about unknown keys', async () => {
    const keys = [
      'back_end_scopes',
      'idcs_introspection_endpont',
      'introspection_cache_second',
      'clients',
      'my_own_key',
      'AUDIENCE',
      'Back_End_Scope',
    ]
    const { verdict, warnings } = await coldStart(Object.fromEntries(keys.map((key) => [key, 'x'])))
    expect(verdict).toBe('permit permitted')
    expect([...warnings].sort()).toEqual(keys.sort())
  })

  it('has no warning about variables of the platform', async () => {
    const { warnings } = await coldStart({ PATH: '/usr/bin', LANG: 'C' })
    expect(warnings).toEqual([])
  })

  it('has a warning at every cold start if the audience is not checked', async () => {
    const starts = [await coldStart({ audience: 'any' }), await coldStart({ audience: 'any' })]
    expect(starts.map(({ warnings }) => warnings)).toEqual([['audience'], ['audience']])
  })

  it.each<[string, ConfigChanges, unknown[]]>([
    ['as an error without `allowed_clients`', {}, ['error']],
    ['as a warning with them', { allowed_clients: 'partner-a' }, ['warn']],
    [
      'beside a warning that is an error',
      { allowed_clients: 'partner-a', my_key: 'x' },
      ['error', 'warn'],
    ],
  ])('is logged %s', async (_case, changes, levels) => {
    const before = world.function.jsonLog().length
    await world.start({ audience: 'any', ...changes })
    expect((await world.decide()).verdict).toBe('permit permitted')
    const lines = world.function.jsonLog().slice(before)
    const warnings = lines.filter(({ event }) => event === 'config_warning')
    expect(warnings.map(({ level }) => level)).toEqual(levels)
    expect(JSON.stringify(warnings)).toContain('`any`')
  })

  it.each<[string, ConfigChanges]>([
    ['warn', {}],
    ['error', {}],
    ['error', { allowed_clients: 'partner-a' }],
  ])('even with the log level %s: %j', async (level, changes) => {
    const before = world.function.jsonLog().length
    await world.start({ audience: 'any', log_level: level, ...changes })
    world.introspection.replyWith({ status: 500 })
    expect((await world.decide()).verdict).toBe('fault introspection_unavailable')
    const lines = world.function.jsonLog().slice(before)
    expect(keysIn(lines, 'config_warning', 'warnings')).toEqual(['audience'])
  })
})

describe('a document beside flat keys', () => {
  const documentFor = (introspectionEndpoint: string, tokenEndpoint: string) => ({
    issuers: [
      {
        name: 'callers',
        audience: [AUDIENCE],
        introspection_endpoint: introspectionEndpoint,
        client: {
          client_id: CLIENT_IDS.introspection,
          client_secret_ocid: SECRET_OCIDS.introspection,
        },
      },
    ],
    backends: [
      {
        name: 'oic',
        token_endpoint: tokenEndpoint,
        client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: SECRET_OCIDS.backEnd },
        scope: BACK_END_SCOPE,
      },
    ],
  })

  it('is used, and the log has a warning about each ignored key', async () => {
    const { idcs_introspection_endpoint = '', back_end_token_endpoint = '' } = world.config
    const document = documentFor(idcs_introspection_endpoint, back_end_token_endpoint)
    const { verdict, problems, warnings } = await coldStart({
      authorizer_config: JSON.stringify(document),
      // The rules of the flat keys would deny.
      required_scopes: 'nobody-has-it',
    })

    expect([verdict, problems]).toEqual(['permit permitted', []])
    expect([...warnings].sort()).toEqual([...REQUIRED, 'required_scopes'].sort())
  })

  it('that is empty has a warning, and the flat keys are used', async () => {
    const { verdict, warnings } = await coldStart({ authorizer_config: ' ' })

    expect([verdict, warnings]).toEqual(['permit permitted', ['authorizer_config']])
  })
})

describe('a valid configuration', () => {
  it.each([
    ['the smallest numbers', numbers('0', '0', '60', '60', '0')],
    ['the greatest numbers', numbers('300', '300', '3600', '3600', '86400')],
    ['blanks around its values', { back_end_grant: ' client_credentials ' }],
  ])('may have %s', async (_case, changes) => {
    const before = world.function.jsonLog().length
    await world.start(changes)
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: 7200 }) })
    expect((await world.decide()).verdict).toBe('permit permitted')
    const lines = world.function.jsonLog().slice(before)
    expect(lines.map(({ event }) => event)).toEqual(['config_read', 'decision'])
    expect(lines[0]).toMatchObject({
      issuers: [{ name: 'default', validation: 'introspection', audience: [AUDIENCE] }],
      backends: [{ name: 'default', grant: 'client_credentials' }],
    })
  })

  it('is not needed to start: the socket opens, and the log has the problems', async () => {
    const byHand = await startByHand({})
    const { status } = await byHand.post('{}')
    await byHand.end()
    expect(status).toBe(502)
    expect(byHand.decisions()).toMatchObject([{ reason: 'config_invalid' }])
  })
})

function numbers(
  tolerance: string,
  cache: string,
  leastLifetime: string,
  longestDecision: string,
  secretTtl: string,
): ConfigChanges {
  return {
    clock_tolerance_seconds: tolerance,
    introspection_cache_seconds: cache,
    min_back_end_token_seconds: leastLifetime,
    max_decision_seconds: longestDecision,
    secret_ttl_seconds: secretTtl,
  }
}
