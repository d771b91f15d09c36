/** Several issuers in one configuration. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  documentWith,
  introspectingIssuer,
  jwtIssuer,
  startWithIssuers,
} from './support/configurations.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { PERMIT } from './support/harness.ts'
import { AUDIENCE, createSigner, opaqueToken } from './support/tokens.ts'

const TENANT = '0f0f0f0f-0000-4000-8000-000000000000'
const ENTRA = `https://login.microsoftonline.com/${TENANT}/v2.0`
const ENTRA_V1 = `https://sts.windows.net/${TENANT}/`
const GRAPH = '00000003-0000-0000-c000-000000000000'
const REALM = 'https://sso.example.com/realms/shops'

const harness = await startTestHarness()

async function startIssuer(kid?: string) {
  const signer = createSigner(kid)
  return { ...signer, url: (await startKeyServer(signer)).url }
}

async function decide(token: string) {
  const { verdict, line, answer } = await harness.decide(token)
  return { verdict, issuer: line['issuer'], answer }
}

// With the same `iss` and `kid`: only the URLs of their keys differ.
const [one, other, unknown] = [await startIssuer(), await startIssuer(), createSigner()]
const [entra, shops] = [await startIssuer('entra-key'), await startIssuer('shops-key')]

function domain(name: 'one' | 'other', members = {}) {
  return jwtIssuer(name === 'one' ? one : other, { name, ...members })
}

describe('two identity domains with the same issuer and kid', () => {
  it.each(['cold', 'warm'])('#20: each verify their own tokens only, %s', async (state) => {
    await startWithIssuers(harness, domain('one'), domain('other'))
    if (state === 'warm') await harness.decide(one.token())
    expect(await decide(other.token())).toMatchObject({ verdict: PERMIT, issuer: 'other' })
    expect(await decide(one.token())).toMatchObject({ verdict: PERMIT, issuer: 'one' })
    expect(await decide(unknown.token())).toMatchObject({ verdict: 'deny signature_invalid' })
  })

  it.each([[['one', 'other'] as const], [['other', 'one'] as const]])(
    '#20 RFC 8725 §3.8: do not verify each other’s tokens, in the order %j',
    async (names) => {
      const audienceOf = (name: string) => ({ audience: [`https://${name}/`] })
      await startWithIssuers(harness, ...names.map((name) => domain(name, audienceOf(name))))

      const verdicts = await harness.verdicts([
        one.token({ aud: 'https://one/' }),
        other.token({ aud: 'https://other/' }),
        one.token({ aud: 'https://other/' }),
        other.token({ aud: 'https://one/' }),
      ])

      const outcomes = verdicts.map((verdict) => verdict.split(' ', 1)[0])
      expect(outcomes).toEqual(['permit', 'permit', 'deny', 'deny'])
    },
  )

  it('deny a token that one recognizes and rejects, even if the other is down', async () => {
    const required_scopes = ['admin']
    const jwks_uri = 'http://127.0.0.1:9/keys'
    const unavailable = domain('other', { required_scopes, jwks_uri })
    await startWithIssuers(harness, unavailable, domain('one', { required_scopes }))
    expect(await harness.verdict(one.token())).toBe('deny scope_insufficient')
    expect(await harness.verdict(other.token())).toBe('fault keys_unavailable')
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
const PARTNERS = introspectingIssuer(harness, { name: 'partners', validation: 'introspection' })

const ID_TOKEN = { azp: undefined, roles: ['Orders.Invoke'], nonce: 'n' }
/** Entra's tokens have neither `client_id` nor `scope`. */
const ENTRA_CLAIMS = { iss: ENTRA, client_id: undefined, azp: 'app-1', scope: undefined }

function entraToken(claims = {}) {
  return entra.token({ ...ENTRA_CLAIMS, ...claims })
}
function keycloakToken(claims = {}) {
  return shops.token({ iss: REALM, client_id: undefined, azp: 'shop-1', typ: 'Bearer', ...claims })
}

describe('Entra, an introspecting identity domain and Keycloak in one configuration', () => {
  beforeAll(() => harness.configure(documentWith(harness, [EMPLOYEES, PARTNERS, SHOPS])))

  it('permit their tokens by their own claim names', async () => {
    expect(await decide(entraToken({ oid: 'user-1', roles: ['Orders.Invoke'] }))).toMatchObject({
      verdict: PERMIT,
      issuer: 'employees',
      answer: { principal: 'user-1', clientId: 'app-1', scope: ['orders:invoke'] },
    })
    expect(await decide(opaqueToken())).toMatchObject({ verdict: PERMIT, issuer: 'partners' })
    expect(await decide(keycloakToken())).toMatchObject({
      verdict: PERMIT,
      issuer: 'shops',
      answer: { clientId: 'shop-1', scope: ['echo', 'orders'] },
    })
  })

  it.each([
    ['a version 1 token of Entra', entra.token({ iss: ENTRA_V1 }), 'entra_v1_token'],
    ['a token for Microsoft Graph', entraToken({ aud: GRAPH }), 'entra_graph_token'],
    ['a token for Keycloak', keycloakToken({ aud: 'account' }), 'keycloak_account_audience'],
    ['a token of Entra without scope and role', entraToken(), 'permission_missing'],
    ['#18: an ID token of Entra for the API’s client', entraToken(ID_TOKEN), 'token_type_wrong'],
    ['a token of Entra, signed by Keycloak', shops.token(ENTRA_CLAIMS), 'key_unknown'],
    ['a token of Keycloak without scope', keycloakToken({ scope: 'x' }), 'scope_insufficient'],
    ['a token of Keycloak, signed by Entra', entra.token({ iss: REALM }), 'key_unknown'],
  ])('deny %s with its specific reason', async (_case, token, reason) => {
    // An identity domain responds so for the JWTs of other issuers.
    harness.introspection.replyWith({ body: { active: false } })
    expect(await harness.verdict(token)).toBe(`deny ${reason}`)
  })

  it('grant a mapped scope only for the original one', async () => {
    await startWithIssuers(harness, EMPLOYEES)
    const token = entraToken({ scp: 'orders:invoke other' })
    expect((await decide(token)).answer).toMatchObject({ scope: ['other'] })
  })

  it('prefix their scopes, so that one cannot issue those of another', async () => {
    const scope = 'orders:invoke a/orders:invoke'
    await startWithIssuers(
      harness,
      { ...SHOPS, required_scopes: [], gateway_scope_prefix: 'b/' },
      { ...EMPLOYEES, gateway_scope_prefix: 'a/' },
    )

    expect((await decide(keycloakToken({ scope }))).answer).toMatchObject({
      scope: ['b/orders:invoke', 'b/a/orders:invoke'],
    })
    const { answer } = await decide(entraToken({ scp: 'x', roles: ['Orders.Invoke'] }))
    expect(answer).toMatchObject({ scope: ['a/x', 'a/orders:invoke'] })
  })

  it('permit an allowed client of Entra without scope and role', async () => {
    await startWithIssuers(harness, { ...EMPLOYEES, allowed_clients: ['app-1'] })
    const otherClient = entraToken({ azp: 'app-2', roles: ['Orders.Invoke'] })
    expect(await harness.verdict(entraToken())).toBe(PERMIT)
    expect(await harness.verdict(otherClient)).toBe('deny client_not_allowed')
  })

  it('cause a fault if the issuer of a token is down', async () => {
    await harness.introspection.pause()
    expect(await harness.verdict()).toBe('fault introspection_unavailable')
    expect(await harness.verdict(keycloakToken())).toBe(PERMIT)
    await harness.introspection.resume()
  })
})
