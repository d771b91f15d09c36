/** One issuer with keys, by introspection, or with both. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  documentWith,
  introspectingIssuer,
  INTROSPECTION_CLIENT,
  jwtIssuer,
  REQUIRED_KEYS,
  without,
} from './support/configurations.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { AUDIENCE } from './support/world.ts'

const CONFIG_SECRET = 'ocid1.vaultsecret.oc1.phx.config'

const [one, other] = [createSigner(), createSigner()]
const keys = await startTestServer(() => ({ body: { keys: [one.jwk] } }))
const world = await startTestWorld()

const BY_KEYS = jwtIssuer(keys)
const PARTNERS = introspectingIssuer(world, { name: 'partners', validation: 'introspection' })
const UNREACHABLE = 'http://127.0.0.1:9/'

function startWith(...issuers: readonly object[]) {
  return world.start(documentWith(world, issuers))
}

describe('a document in Vault', () => {
  it('is used like one in the configuration, and reloaded when it changes', async () => {
    const document = (audience: string) =>
      documentWith(world, [{ ...BY_KEYS, audience: [audience] }])['authorizer_config'] ?? ''
    world.vault.addSecret(CONFIG_SECRET, document(AUDIENCE))
    await world.start({
      ...without(REQUIRED_KEYS),
      authorizer_config_secret_ocid: CONFIG_SECRET,
      secret_ttl_seconds: '0',
    })

    expect(await world.verdict(one.token())).toBe('permit permitted')
    world.vault.rotate(CONFIG_SECRET, document('https://other/'))
    expect(await world.verdict(one.token())).toBe('deny audience_mismatch')
    world.vault.rotate(CONFIG_SECRET, '{"issuers":[]}')
    expect(await world.verdict(one.token())).toBe('fault config_invalid')
  })
})

describe('keys', () => {
  it('are fetched again when the key changes under the same kid', async () => {
    await startWith(BY_KEYS)
    await world.decide(one.token())
    keys.replyWith({ body: { keys: [other.jwk] } })

    expect(await world.verdict(other.token())).toBe('permit permitted')
    expect(await world.verdict(one.token())).toBe('deny signature_invalid')
    expect(keys.requests).toHaveLength(2)
  })

  it('are used from the cache while their endpoint is down', async () => {
    await startWith(BY_KEYS)
    await world.decide(one.token())
    await keys.pause()

    expect(await world.verdict(one.token())).toBe('permit permitted')
    await keys.resume()
  })

  it.each<[string, object]>([
    ['a failure', { status: 503 }],
    ['a page', { body: '<html></html>', headers: { 'Content-Type': 'text/html' } }],
    ['a redirect', { status: 302, headers: { Location: UNREACHABLE } }],
    ['no key set', { body: {} }],
    ['keys for encryption alone', { body: { keys: [{ ...one.jwk, use: 'enc' }] } }],
  ])('that come as %s are a fault and never a denial', async (_case, reply) => {
    await startWith(BY_KEYS)
    keys.replyWith(reply)

    expect(await world.verdict(one.token())).toMatch(/^fault keys_un/)
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
    await startWith(both)

    expect(await world.verdict(other.token())).toBe('deny signature_invalid')
    expect(world.introspection.requests).toHaveLength(0)
    expect(await world.verdict(one.token())).toBe('permit permitted')
    world.introspection.replyWith({ body: { active: false } })
    expect(await world.verdict(one.token())).toBe('deny token_inactive')
  })

  it('RFC 7662 §2.2: gives no scope that the response omits', async () => {
    await startWith({ ...both, required_scopes: ['admin'] })
    world.introspection.replyWith({ body: { active: true, scope: 'read' } })
    const token = one.token({ scope: undefined, scp: ['read', 'admin'] })

    expect(await world.verdict(token)).toBe('deny scope_insufficient')
  })
})

describe('a JWT whose `iss` belongs to an issuer with keys', () => {
  beforeAll(() => world.configure(documentWith(world, [PARTNERS, BY_KEYS])))

  it.each([
    ['is signed by another key', other.token(), 'deny signature_invalid'],
    ['names an unknown key', other.token({}, { kid: 'unknown' }), 'deny key_unknown'],
    ['has expired', one.token({ exp: 1 }), 'deny token_expired'],
    ['is for another API', one.token({ aud: 'other' }), 'deny audience_mismatch'],
  ])('and that %s is never sent to the issuer without `iss`', async (_case, token, verdict) => {
    expect(await world.verdict(token)).toBe(verdict)
    expect(world.introspection.requests).toEqual([])
  })

  it('is not sent to the issuer without `iss` while the keys cannot be fetched', async () => {
    await startWith(PARTNERS, { ...BY_KEYS, jwks_uri: `${UNREACHABLE}keys` })

    expect(await world.verdict(one.token())).toBe('fault keys_unavailable')
    expect(world.introspection.requests).toEqual([])
  })
})

describe('a token that starts like a JWT', () => {
  it('is not sent to a provider with a more lenient decoder', async () => {
    await startWith(PARTNERS)

    const token = `${one.token({ cnf: { jkt: 'x' } })}==`
    expect(await world.verdict(token)).toBe('deny jwt_malformed')
    expect(world.introspection.requests).toHaveLength(0)
  })
})
