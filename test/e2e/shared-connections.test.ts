/** Keys and secrets are never taken from an answer about another issuer or another secret. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startDoublingServer } from './support/doubling-server.ts'
import { createSigner } from './support/signing.ts'
import {
  AUDIENCE,
  BACK_END_SCOPE,
  basicCredentials,
  CLIENT_IDS,
  NO_FLAT_KEYS,
  SECRET_OCIDS,
  startWorld,
  type World,
} from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

function documentOf(issuers: readonly object[], when?: object): string {
  const backend = {
    name: 'oic',
    token_endpoint: world.config['back_end_token_endpoint'],
    client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: SECRET_OCIDS.backEnd },
    scope: BACK_END_SCOPE,
    ...(when && { when }),
  }
  return JSON.stringify({ issuers, backends: [backend], ...(when && { unmatched: 'refuse' }) })
}

describe('a host that repeats each answer after the next request', () => {
  it('has no key of one realm trusted for another', async () => {
    const [staff, guests] = [createSigner(), createSigner()]
    const server = await startDoublingServer((_form, target) => ({
      keys: [target === '/guests' ? guests.jwk : staff.jwk],
    }))
    const issuer = (name: string) => ({
      name,
      audience: [AUDIENCE],
      issuer: `https://sso.example.com/${name}`,
      validation: 'jwt',
      jwks_uri: `${server.url}${name}`,
    })
    await world.start({
      ...NO_FLAT_KEYS,
      authorizer_config: documentOf([issuer('staff'), issuer('guests')]),
    })
    const asGuest = guests.token({ iss: 'https://sso.example.com/guests' })
    const forged = guests.token({ iss: 'https://sso.example.com/staff' })
    const asStaff = staff.token({ iss: 'https://sso.example.com/staff' })

    const verdicts: string[] = []
    for (const token of [asGuest, forged, asStaff]) {
      verdicts.push((await world.decide(token)).verdict)
    }
    server.close()

    expect(verdicts).toEqual(['permit permitted', 'deny signature_invalid', 'permit permitted'])
  })

  it('has no secret sent to the server of another', async () => {
    const server = await startDoublingServer((_form, target) => {
      const secretId = /secretbundles\/([^?]+)/.exec(target)?.[1] ?? ''
      const secret =
        secretId === SECRET_OCIDS.backEnd ? world.secrets.backEnd : world.secrets.introspection
      const content = Buffer.from(secret).toString('base64')
      return { secretId, secretBundleContent: { contentType: 'BASE64', content } }
    })
    const issuer = {
      name: 'callers',
      audience: [AUDIENCE],
      introspection_endpoint: world.config['idcs_introspection_endpoint'],
      client: {
        client_id: CLIENT_IDS.introspection,
        client_secret_ocid: SECRET_OCIDS.introspection,
      },
    }
    // The backend depends on the caller, so its secret is read after the introspection.
    await world.start({
      ...NO_FLAT_KEYS,
      vault_secrets_endpoint: server.url.replace(/\/$/, ''),
      authorizer_config: documentOf([issuer], { scopes: ['echo'] }),
    })
    const { verdict } = await world.decide()
    server.close()

    const credentials = world.tokenEndpoint.requests.map(({ headers }) => headers.authorization)
    const own = `Basic ${basicCredentials(CLIENT_IDS.backEnd, world.secrets.backEnd)}`
    expect(verdict).toBe('permit permitted')
    expect(new Set(credentials)).toEqual(new Set([own]))
  })
})
