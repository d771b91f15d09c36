import { describe, expect, it } from '@jest/globals'
import { coldStart } from './support/cold-starts.ts'
import { REQUIRED_KEYS, without } from './support/configurations.ts'
import { startFunctionProcess } from './support/function-process.ts'
import { startTestHarness } from './support/test-harness.ts'
import { PERMIT, type ConfigChanges } from './support/harness.ts'
import { AUDIENCE } from './support/tokens.ts'

const harness = await startTestHarness()

describe('an incomplete configuration', () => {
  it.each(REQUIRED_KEYS)('causes a fault on each call, with %s in the log', async (key) => {
    const { verdict, problems } = await coldStart(harness, without([key]))
    expect([verdict, problems]).toEqual(['fault config_invalid', [key]])
    expect(await harness.detailedVerdict()).toBe(`fault config_invalid ${key}`)
    expect(harness.requestCount()).toBe(0)
  })

  it('causes one log line with all missing keys if it is empty', async () => {
    const { verdict, problems } = await coldStart(harness, without(Object.keys(harness.config)))
    expect(verdict).toBe('fault config_invalid')
    expect(problems).toEqual([...REQUIRED_KEYS].sort())
  })

  it('includes empty values', async () => {
    const { problems } = await coldStart(harness, { audience: '', back_end_scope: '  ' })
    expect(problems).toEqual(['audience', 'back_end_scope'])
  })

  it('causes a fault for every payload', async () => {
    await harness.start({ audience: undefined })
    expect((await harness.call('')).verdict).toBe('fault config_invalid')
    expect((await harness.call('{')).verdict).toBe('fault config_invalid')
  })
})

/** The function reports all problems at once, so that one cold start tests several of them. */
const INVALID: Readonly<Record<string, ConfigChanges>> = {
  'insecure endpoints and an invalid OCID': {
    idcs_introspection_endpoint: 'http://idp.example.com/introspect',
    back_end_token_endpoint: 'http://10.0.0.1/token',
    vault_secrets_endpoint: 'http://vault.example.com',
    idcs_app_client_secret_ocid: 'not-an-ocid',
  },
  'endpoints that look like loopback': {
    idcs_introspection_endpoint: 'http://127.0.0.1.example.com/',
    back_end_token_endpoint: 'http://127.0.0.1@idp.example.com/token',
    vault_secrets_endpoint: 'http://localhost.example.com/',
  },
  'invalid endpoints': {
    idcs_introspection_endpoint: 'ftp://127.0.0.1/introspect',
    back_end_token_endpoint: 'idp.example.com/token',
    vault_secrets_endpoint: 'https://user:password@vault.example.com',
  },
  'numbers below the minimum': {
    clock_tolerance_seconds: '-1',
    introspection_cache_seconds: '-1',
    max_decision_seconds: '59',
    min_back_end_token_seconds: '59',
    secret_ttl_seconds: '-1',
  },
  'numbers above the maximum': {
    clock_tolerance_seconds: '301',
    introspection_cache_seconds: '301',
    max_decision_seconds: '3601',
    min_back_end_token_seconds: '1e9',
  },
  'invalid numbers': {
    clock_tolerance_seconds: '1.5',
    introspection_cache_seconds: '0x10',
    max_decision_seconds: '3600s',
    min_back_end_token_seconds: 'many',
    secret_ttl_seconds: '1 0',
  },
  'unknown values and lists with invalid items': {
    validation: 'Introspection',
    back_end_grant: 'password',
    back_end_client_auth: 'none',
    log_level: 'verbose',
    audience: 'any https://api.example.com/',
    context_claims: 'tenant back_end_token',
    required_scopes: '"echo"',
  },
  'unsupported values': {
    validation: 'guess',
    jwks_access: 'private',
    algorithms: 'none HS256',
    back_end_grant: 'password',
    back_end_client_auth: 'tls_client_auth',
  },
  'misspelt keys of rules': { required_scope: 'a', allowed_client: 'a', issuers: 'a' },
  'keys of the document': { required_claims: '{"a":"b"}', max_token_lifetime: '60' },
  'blank lists': { allowed_clients: ' ', required_scopes: '  ', algorithms: ' ' },
  'a missing key and an invalid value': { audience: undefined, log_level: 'verbose' },
}

describe('an invalid configuration', () => {
  it.each(Object.entries(INVALID))(
    'causes a fault that names every key: %s',
    async (_, changes) => {
      const { verdict, problems } = await coldStart(harness, changes)
      expect(verdict).toBe('fault config_invalid')
      expect(problems).toEqual(Object.keys(changes).sort())
    },
  )

  it('includes a JWKS URI from which no token endpoint can be derived', async () => {
    const { verdict, problems } = await coldStart(harness, {
      validation: 'jwt',
      issuer: 'https://idp.example.com',
      jwks_access: 'client_credentials',
      jwks_uri: 'idcs-a.identity.example:443/admin/v1/SigningCert/jwk',
    })
    expect([verdict, problems]).toEqual(['fault config_invalid', ['jwks_uri']])
  })

  it('does not log its values, as they may be secrets', async () => {
    const secret = harness.registerSecret('a-secret-in-the-wrong-place')
    const keys = [...REQUIRED_KEYS, 'vault_secrets_endpoint', 'log_level', 'secret_ttl_seconds']
    await harness.start(Object.fromEntries(keys.map((key) => [key, secret])))
    expect(await harness.verdict()).toBe('fault config_invalid')
  })
})

const VALID: Readonly<Record<string, ConfigChanges>> = {
  'the minimum of each number': {
    clock_tolerance_seconds: '0',
    introspection_cache_seconds: '0',
    min_back_end_token_seconds: '60',
    max_decision_seconds: '60',
    secret_ttl_seconds: '0',
  },
  'the maximum of each number': {
    clock_tolerance_seconds: '300',
    introspection_cache_seconds: '300',
    min_back_end_token_seconds: '3600',
    max_decision_seconds: '3600',
    secret_ttl_seconds: '86400',
  },
  'values with blanks around them': { back_end_grant: ' client_credentials ' },
}

describe('a valid configuration', () => {
  it.each(Object.entries(VALID))('may have %s', async (_case, changes) => {
    await harness.start(changes)
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer({ expires_in: 7200 }) })
    expect(await harness.verdict()).toBe(PERMIT)
    const lines = harness.logged()
    expect(lines.map(({ event }) => event)).toEqual(['config_read', 'decision'])
    expect(lines[0]).toMatchObject({
      issuers: [{ name: 'default', validation: 'introspection', audience: [AUDIENCE] }],
      backends: [{ name: 'default', grant: 'client_credentials' }],
    })
  })

  it('is not required for the start: the function opens its socket and returns faults', async () => {
    const instance = await startFunctionProcess({})
    const { status } = await instance.post('{}')
    await instance.end()
    expect(status).toBe(502)
    expect(instance.decisions()).toMatchObject([{ reason: 'config_invalid' }])
  })
})
