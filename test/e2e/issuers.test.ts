/** Several issuers in one configuration. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import { opaqueToken } from './support/callers-tokens.ts'
import { documentWith, introspectingIssuer, jwtIssuer } from './support/configurations.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { AUDIENCE } from './support/world.ts'

const TENANT = '0f0f0f0f-0000-4000-8000-000000000000'
const ENTRA = `https://login.microsoftonline.com/${TENANT}/v2.0`
const REALM = 'https://sso.example.com/realms/shops'
const PERMIT = 'permit permitted'

const world = await startTestWorld()

async function startIssuer(kid?: string) {
  const signer = createSigner(kid)
  const keys = await startTestServer(() => ({ body: { keys: [signer.jwk] } }))
  return { ...signer, url: keys.url }
}

function startWith(...issuers: readonly object[]) {
  return world.start(documentWith(world, issuers))
}

async function decided(token: string) {
  const { verdict, line, answer } = await world.decide(token)
  return { verdict, issuer: line['issuer'], answer }
}

// Of one issuer and one `kid`: only the hosts of their keys distinguish the first two.
const [one, other, third] = [await startIssuer(), await startIssuer(), createSigner()]
const [entra, shops] = [await startIssuer('entra-key'), await startIssuer('shops-key')]

function domain(name: 'one' | 'other', members = {}) {
  return jwtIssuer(name === 'one' ? one : other, { name, ...members })
}

describe('two identity domains with the same issuer and kid', () => {
  it.each([['cold'], ['warm']])(
    '#20: tokens are verified by the keys of each, %s',
    async (state) => {
      await startWith(domain('one'), domain('other'))
      if (state === 'warm') await world.decide(one.token())

      expect(await decided(other.token())).toMatchObject({ verdict: PERMIT, issuer: 'other' })
      expect(await decided(one.token())).toMatchObject({ verdict: PERMIT, issuer: 'one' })
      expect(await decided(third.token())).toMatchObject({ verdict: 'deny signature_invalid' })
    },
  )

  it.each([[['one', 'other'] as const], [['other', 'one'] as const]])(
    '#20 RFC 8725 §3.8: a key of one never verifies tokens of the other, in the order %j',
    async (names) => {
      await startWith(...names.map((name) => domain(name, { audience: [`https://${name}/`] })))

      const verdicts = await world.verdicts([
        one.token({ aud: 'https://one/' }),
        other.token({ aud: 'https://other/' }),
        one.token({ aud: 'https://other/' }),
        other.token({ aud: 'https://one/' }),
      ])

      const outcomes = verdicts.map((verdict) => verdict.split(' ', 1)[0])
      expect(outcomes).toEqual(['permit', 'permit', 'deny', 'deny'])
    },
  )

  it('permits a token that one of two issuers accepted, even if the other is down', async () => {
    const requiring = { required_scopes: ['admin'] }
    await startWith(
      domain('other', { ...requiring, jwks_uri: 'http://127.0.0.1:9/keys' }),
      domain('one', requiring),
    )

    expect(await world.verdict(one.token())).toBe('deny scope_insufficient')
    expect(await world.verdict(other.token())).toBe('fault keys_unavailable')
  })
})

const EMPLOYEES = {
  name: 'employees',
  provider: { preset: 'entra', tenant: TENANT },
  audience: [AUDIENCE],
  jwks_uri: `${entra.url}/jwks`,
  gateway_scope_map: { 'Orders.Invoke': ['orders:invoke'] },
}
const SHOPS = {
  name: 'shops',
  provider: { preset: 'keycloak', realm_url: REALM },
  audience: [AUDIENCE],
  jwks_uri: `${shops.url}/jwks`,
  required_scopes: ['echo'],
}
const PARTNERS = introspectingIssuer(world, { name: 'partners', validation: 'introspection' })

/** Entra's tokens have neither `client_id` nor `scope`. */
const OF_APPLICATION = { iss: ENTRA, client_id: undefined, azp: 'app-1', scope: undefined }

function tokenOfEntra(claims = {}) {
  return entra.token({ ...OF_APPLICATION, ...claims })
}
function tokenOfShops(claims = {}) {
  return shops.token({ iss: REALM, client_id: undefined, azp: 'shop-1', typ: 'Bearer', ...claims })
}

describe('Entra, an identity domain by introspection and Keycloak at once', () => {
  beforeAll(() => world.configure(documentWith(world, [EMPLOYEES, PARTNERS, SHOPS])))

  it('permits the tokens of each, with the claim names of each', async () => {
    expect(await decided(tokenOfEntra({ oid: 'user-1', roles: ['Orders.Invoke'] }))).toMatchObject({
      verdict: PERMIT,
      issuer: 'employees',
      answer: { principal: 'user-1', clientId: 'app-1', scope: ['orders:invoke'] },
    })
    expect(await decided(opaqueToken())).toMatchObject({ verdict: PERMIT, issuer: 'partners' })
    expect(await decided(tokenOfShops())).toMatchObject({
      verdict: PERMIT,
      issuer: 'shops',
      answer: { clientId: 'shop-1', scope: ['echo', 'orders'] },
    })
  })

  it.each([
    [
      'version 1 of Entra',
      entra.token({ iss: `https://sts.windows.net/${TENANT}/` }),
      'deny entra_v1_token',
    ],
    [
      'Microsoft Graph',
      tokenOfEntra({ aud: '00000003-0000-0000-c000-000000000000' }),
      'deny entra_graph_token',
    ],
    ['Keycloak for itself', tokenOfShops({ aud: 'account' }), 'deny keycloak_account_audience'],
    ['Entra without scope and role', tokenOfEntra(), 'deny permission_missing'],
    [
      'Entra for signing in, #18: of the registration that is the API as well',
      tokenOfEntra({ azp: undefined, roles: ['Orders.Invoke'], nonce: 'n' }),
      'deny token_type_wrong',
    ],
    [
      'Entra without scope and role, signed by Keycloak’s key',
      shops.token(OF_APPLICATION),
      'deny key_unknown',
    ],
    ['Keycloak without the scope', tokenOfShops({ scope: 'x' }), 'deny scope_insufficient'],
    ['Keycloak, signed by Entra’s key', entra.token({ iss: REALM }), 'deny key_unknown'],
  ])('denies a token of %s, by its name', async (_case, token, verdict) => {
    // Of JWTs that it has not issued, the identity domain says that they are not active.
    world.introspection.replyWith({ body: { active: false } })

    expect(await world.verdict(token)).toBe(verdict)
  })

  it('gives no mapped scope to a token without the original one', async () => {
    await startWith(EMPLOYEES)
    const token = tokenOfEntra({ scp: 'orders:invoke other' })

    expect((await decided(token)).answer).toMatchObject({ scope: ['other'] })
  })

  it('prefixes each scope of a partner, which could issue those of another one', async () => {
    const scope = 'orders:invoke a/orders:invoke'
    await startWith(
      { ...SHOPS, required_scopes: [], gateway_scope_prefix: 'b/' },
      { ...EMPLOYEES, gateway_scope_prefix: 'a/' },
    )

    expect((await decided(tokenOfShops({ scope }))).answer).toMatchObject({
      scope: ['b/orders:invoke', 'b/a/orders:invoke'],
    })
    const { answer } = await decided(tokenOfEntra({ scp: 'x', roles: ['Orders.Invoke'] }))
    expect(answer).toMatchObject({ scope: ['a/x', 'a/orders:invoke'] })
  })

  it('permits a listed client of Entra without scope and role', async () => {
    await startWith({ ...EMPLOYEES, allowed_clients: ['app-1'] })

    const others = tokenOfEntra({ azp: 'app-2', roles: ['Orders.Invoke'] })
    expect(await world.verdict(tokenOfEntra())).toBe(PERMIT)
    expect(await world.verdict(others)).toBe('deny client_not_allowed')
  })

  it('is a fault if the issuer that could know the token is down', async () => {
    await world.introspection.pause()

    expect(await world.verdict()).toBe('fault introspection_unavailable')
    expect(await world.verdict(tokenOfShops())).toBe(PERMIT)
    await world.introspection.resume()
  })
})
