/** Several issuers in one configuration, and how long their keys are kept. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { opaqueToken } from './support/callers-tokens.ts'
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import {
  AUDIENCE,
  BACK_END_SCOPE,
  CLIENT_IDS,
  ISSUER,
  NO_FLAT_KEYS,
  SECRET_OCIDS,
  startWorld,
  type World,
} from './support/world.ts'

const TENANT = '0f0f0f0f-0000-4000-8000-000000000000'
const ENTRA = `https://login.microsoftonline.com/${TENANT}/v2.0`
const REALM = 'https://sso.example.com/realms/shops'
const CONFIG_SECRET = 'ocid1.vaultsecret.oc1.phx.config'

const [one, other, third, entra, shops] = [
  createSigner(),
  createSigner(),
  createSigner(),
  createSigner('entra-key'),
  createSigner('shops-key'),
]
function tokenOfEntra(claims = {}) {
  return entra.token({
    iss: ENTRA,
    client_id: undefined,
    azp: 'app-1',
    scope: undefined,
    ...claims,
  })
}
function tokenOfShops(claims = {}) {
  return shops.token({ iss: REALM, client_id: undefined, azp: 'shop-1', typ: 'Bearer', ...claims })
}

let world: World
let keys: ScriptedServer
/** Of the domain that has the issuer of the first one, which its host tells from it. */
let otherKeys: ScriptedServer

/** All key sets of the test, each at its own path. */
const published = new Map<string, readonly unknown[]>()

function startKeys() {
  return startScriptedServer(({ target }) => ({ body: { keys: published.get(target) ?? [] } }))
}

beforeAll(async () => {
  keys = await startKeys()
  otherKeys = await startKeys()
  world = await startWorld()
})
afterEach(async () => {
  keys.reset()
  otherKeys.reset()
  await world.reset()
})
afterAll(async () => {
  await Promise.all([world.close(), keys.close(), otherKeys.close()])
})

function domain(name: string, more = {}) {
  return {
    name,
    audience: [AUDIENCE],
    issuer: ISSUER,
    validation: 'jwt',
    jwks_uri: `${(name === 'other' ? otherKeys : keys).url}/${name}`,
    ...more,
  }
}

async function startWith(...issuers: readonly object[]): Promise<void> {
  published.clear()
  for (const [path, signer] of [
    ['/one', one],
    ['/other', other],
    ['/entra', entra],
    ['/shops', shops],
  ] as const) {
    published.set(path, [signer.jwk])
  }
  await world.start({ ...NO_FLAT_KEYS, authorizer_config: JSON.stringify(documentOf(issuers)) })
}

function documentOf(issuers: readonly object[]) {
  return {
    issuers,
    backends: [
      {
        name: 'oic',
        token_endpoint: `${world.tokenEndpoint.url}/oauth2/v1/token`,
        client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: SECRET_OCIDS.backEnd },
        scope: BACK_END_SCOPE,
      },
    ],
  }
}

function partners() {
  return {
    name: 'partners',
    audience: [AUDIENCE],
    validation: 'introspection',
    introspection_endpoint: `${world.introspection.url}/oauth2/v1/introspect`,
    client: { client_id: CLIENT_IDS.introspection, client_secret_ocid: SECRET_OCIDS.introspection },
  }
}

function atEntra() {
  return {
    name: 'employees',
    provider: { preset: 'entra', tenant: TENANT },
    audience: [AUDIENCE],
    jwks_uri: `${keys.url}/entra`,
    gateway_scope_map: { 'Orders.Invoke': ['orders:invoke'] },
  }
}

function atShops() {
  return {
    name: 'shops',
    provider: { preset: 'keycloak', realm_url: REALM },
    audience: [AUDIENCE],
    jwks_uri: `${keys.url}/shops`,
    required_scopes: ['echo'],
  }
}

async function decided(token: string) {
  const { verdict, line, answer } = await world.decide(token)
  return { verdict, issuer: line['issuer'], answer }
}

describe('two identity domains with the same issuer and kid', () => {
  it.each([['cold'], ['warm']])(
    '#20: tokens are verified by the keys of each, %s',
    async (state) => {
      await startWith(domain('one'), domain('other'))
      if (state === 'warm') await world.decide(one.token())

      expect(await decided(other.token())).toMatchObject({
        verdict: 'permit permitted',
        issuer: 'other',
      })
      expect(await decided(one.token())).toMatchObject({
        verdict: 'permit permitted',
        issuer: 'one',
      })
      expect(await decided(third.token())).toMatchObject({ verdict: 'deny signature_invalid' })
    },
  )

  it.each([[['one', 'other']], [['other', 'one']]])(
    '#20 RFC 8725 §3.8: a key of one never verifies tokens of the other, in the order %j',
    async (names) => {
      await startWith(...names.map((name) => domain(name, { audience: [`https://${name}/`] })))

      const verdicts = [
        (await decided(one.token({ aud: 'https://one/' }))).verdict,
        (await decided(other.token({ aud: 'https://other/' }))).verdict,
        (await decided(one.token({ aud: 'https://other/' }))).verdict,
        (await decided(other.token({ aud: 'https://one/' }))).verdict,
      ]

      expect(verdicts.map((verdict) => verdict.split(' ', 1)[0])).toEqual([
        'permit',
        'permit',
        'deny',
        'deny',
      ])
    },
  )
})

describe('Entra, an identity domain by introspection and Keycloak at once', () => {
  const startAll = () => startWith(atEntra(), partners(), atShops())

  it('permits the tokens of each, with the claim names of each', async () => {
    await startAll()

    expect(await decided(tokenOfEntra({ oid: 'user-1', roles: ['Orders.Invoke'] }))).toMatchObject({
      verdict: 'permit permitted',
      issuer: 'employees',
      answer: { principal: 'user-1', clientId: 'app-1', scope: ['orders:invoke'] },
    })
    expect(await decided(opaqueToken())).toMatchObject({
      verdict: 'permit permitted',
      issuer: 'partners',
    })
    expect(await decided(tokenOfShops())).toMatchObject({
      verdict: 'permit permitted',
      issuer: 'shops',
      answer: { clientId: 'shop-1', scope: ['echo', 'orders'] },
    })
  })

  it.each<[string, () => string, string]>([
    [
      'version 1 of Entra',
      () => entra.token({ iss: `https://sts.windows.net/${TENANT}/` }),
      'deny entra_v1_token',
    ],
    [
      'Microsoft Graph',
      () => tokenOfEntra({ aud: '00000003-0000-0000-c000-000000000000' }),
      'deny entra_graph_token',
    ],
    [
      'Keycloak for itself',
      () => tokenOfShops({ aud: 'account' }),
      'deny keycloak_account_audience',
    ],
    ['Entra without scope and role', () => tokenOfEntra(), 'deny permission_missing'],
    [
      'Entra for signing in, #18: of the registration that is the API as well',
      () => tokenOfEntra({ azp: undefined, roles: ['Orders.Invoke'], nonce: 'n' }),
      'deny token_type_wrong',
    ],
    [
      'Entra without scope and role, signed by Keycloak’s key',
      () => shops.token({ iss: ENTRA, client_id: undefined, azp: 'app-1', scope: undefined }),
      'deny key_unknown',
    ],
    ['Keycloak without the scope', () => tokenOfShops({ scope: 'x' }), 'deny scope_insufficient'],
    ['Keycloak, signed by Entra’s key', () => entra.token({ iss: REALM }), 'deny key_unknown'],
  ])('denies a token of %s, by its name', async (_case, makeToken, verdict) => {
    // Of JWTs that it has not issued, the identity domain says that they are not active.
    await startAll()
    world.introspection.replyWith({ body: { active: false } })

    expect((await decided(makeToken())).verdict).toBe(verdict)
  })

  it('gives no mapped scope to a token without the original one', async () => {
    await startWith(atEntra())
    const token = tokenOfEntra({ scp: 'orders:invoke other' })

    expect((await decided(token)).answer).toMatchObject({ scope: ['other'] })
  })

  it('prefixes each scope of a partner, which could issue those of another one', async () => {
    const scope = 'orders:invoke a/orders:invoke'
    await startWith(
      { ...atShops(), required_scopes: [], gateway_scope_prefix: 'b/' },
      { ...atEntra(), gateway_scope_prefix: 'a/' },
    )

    expect((await decided(tokenOfShops({ scope }))).answer).toMatchObject({
      scope: ['b/orders:invoke', 'b/a/orders:invoke'],
    })
    expect(
      (await decided(tokenOfEntra({ scp: 'x', roles: ['Orders.Invoke'] }))).answer,
    ).toMatchObject({ scope: ['a/x', 'a/orders:invoke'] })
  })

  it('permits a listed client of Entra without scope and role', async () => {
    await startWith({ ...atEntra(), allowed_clients: ['app-1'] })

    expect((await decided(tokenOfEntra())).verdict).toBe('permit permitted')
    expect((await decided(tokenOfEntra({ azp: 'app-2', roles: ['Orders.Invoke'] }))).verdict).toBe(
      'deny client_not_allowed',
    )
  })

  it('permits a token that one of two issuers accepted, even if the other is down', async () => {
    const requiring = { required_scopes: ['admin'] }
    await startWith(
      domain('down', { ...requiring, jwks_uri: 'http://127.0.0.1:9/keys' }),
      domain('one', requiring),
    )

    expect((await decided(one.token())).verdict).toBe('deny scope_insufficient')
    expect((await decided(other.token())).verdict).toBe('fault keys_unavailable')
  })

  it('is a fault if the issuer that could know the token is down', async () => {
    await startAll()
    await world.introspection.pause()

    expect((await decided(opaqueToken())).verdict).toBe('fault introspection_unavailable')
    expect((await decided(tokenOfShops())).verdict).toBe('permit permitted')
    await world.introspection.resume()
  })
})

describe('a document in Vault', () => {
  it('is used like one in the configuration, and reloaded when it changes', async () => {
    const document = (audience: string) =>
      JSON.stringify(documentOf([domain('one', { audience: [audience] })]))
    await startWith(domain('one'))
    world.vault.addSecret(CONFIG_SECRET, document(AUDIENCE))
    await world.start({
      ...NO_FLAT_KEYS,
      authorizer_config_secret_ocid: CONFIG_SECRET,
      secret_ttl_seconds: '0',
    })

    expect((await decided(one.token())).verdict).toBe('permit permitted')
    world.vault.rotate(CONFIG_SECRET, document('https://other/'))
    expect((await decided(one.token())).verdict).toBe('deny audience_mismatch')
    world.vault.rotate(CONFIG_SECRET, '{"issuers":[]}')
    expect((await decided(one.token())).verdict).toBe('fault config_invalid')
  })
})

describe('keys', () => {
  it('are fetched again when the key changes under the same kid', async () => {
    await startWith(domain('one'))
    await world.decide(one.token())
    published.set('/one', [other.jwk])

    expect((await decided(other.token())).verdict).toBe('permit permitted')
    expect((await decided(one.token())).verdict).toBe('deny signature_invalid')
    expect(keys.requests).toHaveLength(2)
  })

  it('are used from the cache while their endpoint is down', async () => {
    await startWith(domain('one'))
    await world.decide(one.token())
    await keys.pause()

    expect((await decided(one.token())).verdict).toBe('permit permitted')
    await keys.resume()
  })

  it.each<[string, object]>([
    ['a failure', { status: 503 }],
    ['a page', { body: '<html></html>', headers: { 'Content-Type': 'text/html' } }],
    ['a redirect', { status: 302, headers: { Location: 'http://127.0.0.1:9/' } }],
    ['no key set', { body: {} }],
    ['keys for encryption alone', { body: { keys: [{ ...one.jwk, use: 'enc' }] } }],
  ])('that come as %s are a fault and never a denial', async (_case, reply) => {
    await startWith(domain('one'))
    keys.replyWith(reply)

    expect((await decided(one.token())).verdict).toMatch(/^fault keys_un/)
  })
})

describe('jwt_and_introspection', () => {
  it('introspects only tokens with a valid signature', async () => {
    const { introspection_endpoint, client } = partners()
    const both = { validation: 'jwt_and_introspection', introspection_endpoint, client }
    await startWith(domain('one', both))

    expect((await decided(other.token())).verdict).toBe('deny signature_invalid')
    expect(world.introspection.requests).toHaveLength(0)
    expect((await decided(one.token())).verdict).toBe('permit permitted')
    world.introspection.replyWith({ body: { active: false } })
    expect((await decided(one.token())).verdict).toBe('deny token_inactive')
  })

  it('RFC 7662 §2.2: gives no scope that the response omits', async () => {
    const { introspection_endpoint, client } = partners()
    const both = { validation: 'jwt_and_introspection', introspection_endpoint, client }
    await startWith(domain('one', { ...both, required_scopes: ['admin'] }))
    world.introspection.replyWith({ body: { active: true, scope: 'read' } })
    const token = one.token({ scope: undefined, scp: ['read', 'admin'] })

    expect((await decided(token)).verdict).toBe('deny scope_insufficient')
  })
})

describe('a JWT whose `iss` belongs to an issuer with keys', () => {
  it.each<[string, () => string, string]>([
    ['is signed by another key', () => other.token(), 'deny signature_invalid'],
    ['names an unknown key', () => other.token({}, { kid: 'unknown' }), 'deny key_unknown'],
    ['has expired', () => one.token({ exp: 1 }), 'deny token_expired'],
    ['is for another API', () => one.token({ aud: 'other' }), 'deny audience_mismatch'],
  ])('and that %s is never sent to the issuer without `iss`', async (_case, makeToken, verdict) => {
    await startWith(partners(), domain('one'))

    expect((await decided(makeToken())).verdict).toBe(verdict)
    expect(world.introspection.requests).toEqual([])
  })

  it('is not sent to the issuer without `iss` while the keys cannot be fetched', async () => {
    await startWith(partners(), domain('one', { jwks_uri: 'http://127.0.0.1:9/keys' }))

    expect((await decided(one.token())).verdict).toBe('fault keys_unavailable')
    expect(world.introspection.requests).toEqual([])
  })
})

describe('a token that starts like a JWT', () => {
  it('is not sent to a provider with a more lenient decoder', async () => {
    await startWith(partners())

    expect((await decided(`${one.token({ cnf: { jkt: 'x' } })}==`)).verdict).toBe(
      'deny jwt_malformed',
    )
    expect(world.introspection.requests).toHaveLength(0)
  })
})
