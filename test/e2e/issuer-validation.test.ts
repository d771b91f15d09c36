/** One issuer with keys, with introspection, or with both. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  documentWith,
  introspectingIssuer,
  INTROSPECTION_CLIENT,
  jwtIssuer,
  REQUIRED_KEYS,
  startWithIssuers,
  without,
} from './support/configurations.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { PERMIT } from './support/harness.ts'
import { AUDIENCE, createSigner } from './support/tokens.ts'

const CONFIG_SECRET = 'ocid1.vaultsecret.oc1.phx.config'

const [one, other] = [createSigner(), createSigner()]
const keys = await startKeyServer(one)
const harness = await startTestHarness()

const BY_KEYS = jwtIssuer(keys)
const PARTNERS = introspectingIssuer(harness, { name: 'partners', validation: 'introspection' })
const UNREACHABLE = 'http://127.0.0.1:9/'

describe('a configuration document in Vault', () => {
  it('is used like one in the configuration, and reloaded when it changes', async () => {
    const document = (audience: string) =>
      documentWith(harness, [{ ...BY_KEYS, audience: [audience] }])['authorizer_config'] ?? ''
    harness.vault.addSecret(CONFIG_SECRET, document(AUDIENCE))
    await harness.start({
      ...without(REQUIRED_KEYS),
      authorizer_config_secret_ocid: CONFIG_SECRET,
      secret_ttl_seconds: '0',
    })

    expect(await harness.verdict(one.token())).toBe(PERMIT)
    harness.vault.rotate(CONFIG_SECRET, document('https://other/'))
    expect(await harness.verdict(one.token())).toBe('deny audience_mismatch')
    harness.vault.rotate(CONFIG_SECRET, '{"issuers":[]}')
    expect(await harness.verdict(one.token())).toBe('fault config_invalid')
  })
})

describe('keys', () => {
  it('are fetched again when the key changes under the same kid', async () => {
    await startWithIssuers(harness, BY_KEYS)
    await harness.decide(one.token())
    keys.replyWith({ body: { keys: [other.jwk] } })
    expect(await harness.verdict(other.token())).toBe(PERMIT)
    expect(await harness.verdict(one.token())).toBe('deny signature_invalid')
    expect(keys.requests).toHaveLength(2)
  })

  it('are read from the cache while their endpoint is down', async () => {
    await startWithIssuers(harness, BY_KEYS)
    await harness.decide(one.token())
    await keys.pause()
    expect(await harness.verdict(one.token())).toBe(PERMIT)
    await keys.resume()
  })

  it.each<[string, object]>([
    ['status 503', { status: 503 }],
    ['HTML', { body: '<html></html>', headers: { 'Content-Type': 'text/html' } }],
    ['a redirect', { status: 302, headers: { Location: UNREACHABLE } }],
    ['an empty object', { body: {} }],
    ['keys for encryption only', { body: { keys: [{ ...one.jwk, use: 'enc' }] } }],
  ])('cause a fault if the endpoint responds with %s', async (_case, reply) => {
    await startWithIssuers(harness, BY_KEYS)
    keys.replyWith(reply)
    expect(await harness.verdict(one.token())).toMatch(/^fault keys_un/)
  })
})

describe('jwt_and_introspection', () => {
  const both = {
    ...BY_KEYS,
    validation: 'jwt_and_introspection',
    introspection_endpoint: PARTNERS.introspection_endpoint,
    client: INTROSPECTION_CLIENT,
  }

  it('introspects only tokens with a valid signature', async () => {
    await startWithIssuers(harness, both)
    expect(await harness.verdict(other.token())).toBe('deny signature_invalid')
    expect(harness.introspection.requests).toHaveLength(0)
    expect(await harness.verdict(one.token())).toBe(PERMIT)
    harness.introspection.replyWith({ body: { active: false } })
    expect(await harness.verdict(one.token())).toBe('deny token_inactive')
  })

  it('RFC 7662 §2.2: does not grant a scope that the response omits', async () => {
    await startWithIssuers(harness, { ...both, required_scopes: ['admin'] })
    harness.introspection.replyWith({ body: { active: true, scope: 'read' } })
    const token = one.token({ scope: undefined, scp: ['read', 'admin'] })
    expect(await harness.verdict(token)).toBe('deny scope_insufficient')
  })
})

describe('a JWT with the `iss` of an issuer with keys', () => {
  beforeAll(() => harness.configure(documentWith(harness, [PARTNERS, BY_KEYS])))

  it.each([
    ['has the signature of another key', other.token(), 'deny signature_invalid'],
    ['has an unknown `kid`', other.token({}, { kid: 'unknown' }), 'deny key_unknown'],
    ['has expired', one.token({ exp: 1 }), 'deny token_expired'],
    ['is for another API', one.token({ aud: 'other' }), 'deny audience_mismatch'],
  ])('is not sent to another issuer if it %s', async (_case, token, verdict) => {
    expect(await harness.verdict(token)).toBe(verdict)
    expect(harness.introspection.requests).toEqual([])
  })

  it('is not sent to another issuer while the keys are unavailable', async () => {
    await startWithIssuers(harness, PARTNERS, { ...BY_KEYS, jwks_uri: `${UNREACHABLE}keys` })
    expect(await harness.verdict(one.token())).toBe('fault keys_unavailable')
    expect(harness.introspection.requests).toEqual([])
  })
})

describe('a JWT with padding', () => {
  it('is not introspected, as a lenient provider could accept it', async () => {
    await startWithIssuers(harness, PARTNERS)
    const token = `${one.token({ cnf: { jkt: 'x' } })}==`
    expect(await harness.verdict(token)).toBe('deny jwt_malformed')
    expect(harness.introspection.requests).toHaveLength(0)
  })
})
