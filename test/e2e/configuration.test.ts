import { describe, expect, it } from '@jest/globals'
import { startByHand } from './support/by-hand.ts'
import { coldStart } from './support/cold-starts.ts'
import { REQUIRED_KEYS, without } from './support/configurations.ts'
import { startTestWorld } from './support/test-world.ts'
import { AUDIENCE, type ConfigChanges } from './support/world.ts'

const world = await startTestWorld()

describe('an incomplete configuration', () => {
  it.each(REQUIRED_KEYS)('is a fault on each call, with %s in the log', async (key) => {
    const { verdict, problems } = await coldStart(world, without([key]))
    expect([verdict, problems]).toEqual(['fault config_invalid', [key]])
    expect((await world.decide()).detailedVerdict).toBe(`fault config_invalid ${key}`)
    expect(world.requestCount()).toBe(0)
  })

  it('may be empty: one log line has all missing keys', async () => {
    const { verdict, problems } = await coldStart(world, without(Object.keys(world.config)))
    expect(verdict).toBe('fault config_invalid')
    expect(problems).toEqual([...REQUIRED_KEYS].sort())
  })

  it('treats empty values as absent', async () => {
    const { problems } = await coldStart(world, { audience: '', back_end_scope: '  ' })
    expect(problems).toEqual(['audience', 'back_end_scope'])
  })

  it('is a fault for every payload', async () => {
    await world.start({ audience: undefined })
    const verdicts = [(await world.call('')).verdict, (await world.call('{')).verdict]
    expect(verdicts).toEqual(['fault config_invalid', 'fault config_invalid'])
  })
})

describe('an invalid configuration', () => {
  // All problems are reported at once, so that one cold start covers many of them.
  it.each<[string, ConfigChanges]>([
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
  ])('is a fault, with every key in the log: %s', async (_case, changes) => {
    const { verdict, problems } = await coldStart(world, changes)
    expect(verdict).toBe('fault config_invalid')
    expect(problems).toEqual(Object.keys(changes).sort())
  })

  it('may have a JWKS URI from which no token endpoint can be derived', async () => {
    const { verdict, problems } = await coldStart(world, {
      validation: 'jwt',
      issuer: 'https://idp.example.com',
      jwks_access: 'client_credentials',
      jwks_uri: 'idcs-a.identity.example:443/admin/v1/SigningCert/jwk',
    })
    expect([verdict, problems]).toEqual(['fault config_invalid', ['jwks_uri']])
  })

  it('never has its values logged, as they may be secrets', async () => {
    const secret = world.keepSecret('a-secret-in-the-wrong-place')
    const keys = [...REQUIRED_KEYS, 'vault_secrets_endpoint', 'log_level', 'secret_ttl_seconds']
    await world.start(Object.fromEntries(keys.map((key) => [key, secret])))
    expect(await world.verdict()).toBe('fault config_invalid')
  })
})

describe('a valid configuration', () => {
  it.each<[string, ConfigChanges]>([
    [
      'the smallest numbers',
      {
        clock_tolerance_seconds: '0',
        introspection_cache_seconds: '0',
        min_back_end_token_seconds: '60',
        max_decision_seconds: '60',
        secret_ttl_seconds: '0',
      },
    ],
    [
      'the greatest numbers',
      {
        clock_tolerance_seconds: '300',
        introspection_cache_seconds: '300',
        min_back_end_token_seconds: '3600',
        max_decision_seconds: '3600',
        secret_ttl_seconds: '86400',
      },
    ],
    ['blanks around its values', { back_end_grant: ' client_credentials ' }],
  ])('may have %s', async (_case, changes) => {
    await world.start(changes)
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: 7200 }) })
    expect(await world.verdict()).toBe('permit permitted')
    const lines = world.logged()
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
