import { describe, expect, it } from '@jest/globals'
import { backend, documentWith, introspectingIssuer, jwtIssuer } from './support/configurations.ts'
import { startDoublingServer } from './support/doubling-server.ts'
import { createSigner } from './support/signing.ts'
import { startTestWorld } from './support/test-world.ts'
import { basicCredentials, SECRET_OCIDS } from './support/world.ts'

const world = await startTestWorld()

describe('a host that repeats each answer after the next request', () => {
  it('has no key of one realm trusted for another', async () => {
    const [staff, guests] = [createSigner(), createSigner()]
    const server = await startDoublingServer((_form, target) => ({
      keys: [target === '/guests' ? guests.jwk : staff.jwk],
    }))
    const issuer = (name: string) =>
      jwtIssuer(server, {
        name,
        issuer: `https://sso.example.com/${name}`,
        jwks_uri: `${server.url}${name}`,
      })
    await world.start(documentWith(world, [issuer('staff'), issuer('guests')]))
    const asGuest = guests.token({ iss: 'https://sso.example.com/guests' })
    const forged = guests.token({ iss: 'https://sso.example.com/staff' })
    const asStaff = staff.token({ iss: 'https://sso.example.com/staff' })

    const verdicts = await world.verdicts([asGuest, forged, asStaff])
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
    // The backend depends on the caller, so its secret is read after the introspection.
    const backends = [backend(world, { when: { scopes: ['echo'] } })]
    await world.start({
      ...documentWith(world, [introspectingIssuer(world)], { backends, unmatched: 'refuse' }),
      vault_secrets_endpoint: server.url.replace(/\/$/, ''),
    })
    const verdict = await world.verdict()
    server.close()

    const credentials = world.tokenEndpoint.requests.map(({ headers }) => headers.authorization)
    const own = `Basic ${basicCredentials('backEnd', world.secrets.backEnd)}`
    expect(verdict).toBe('permit permitted')
    expect(new Set(credentials)).toEqual(new Set([own]))
  })
})
