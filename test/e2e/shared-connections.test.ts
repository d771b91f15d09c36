import { describe, expect, it } from '@jest/globals'
import {
  backend,
  documentWith,
  introspectingIssuer,
  jwtIssuer,
  startWithIssuers,
} from './support/configurations.ts'
import { basicCredentials, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { startTestHarness, startTestServer } from './support/test-harness.ts'
import { createSigner } from './support/tokens.ts'

const harness = await startTestHarness()
const server = await startTestServer(() => ({ status: 500 }))

describe('a server that repeats each response after the next request', () => {
  it('cannot make a key of one realm valid for another', async () => {
    const [staff, guests] = [createSigner(), createSigner()]
    server.replyWith(({ target }) => ({
      body: { keys: [target === '/guests' ? guests.jwk : staff.jwk] },
      delivery: 'repeated',
    }))
    const realm = (name: string) => `https://sso.example.com/${name}`
    const issuer = (name: string) =>
      jwtIssuer(server, { name, issuer: realm(name), jwks_uri: `${server.url}/${name}` })
    await startWithIssuers(harness, issuer('staff'), issuer('guests'))

    expect(await harness.verdict(guests.token({ iss: realm('guests') }))).toBe(PERMIT)
    const forged = guests.token({ iss: realm('staff') })
    expect(await harness.verdict(forged)).toBe('deny signature_invalid')
    expect(await harness.verdict(staff.token({ iss: realm('staff') }))).toBe(PERMIT)
  })

  it('cannot make the function send a secret to the wrong server', async () => {
    server.replyWith(({ target }) => {
      const secretId = /secretbundles\/([^?]+)/.exec(target)?.[1] ?? ''
      const { introspection, backEnd } = harness.secrets
      const secret = secretId === SECRET_OCIDS.backEnd ? backEnd : introspection
      const content = Buffer.from(secret).toString('base64')
      const secretBundleContent = { contentType: 'BASE64', content }
      return { body: { secretId, secretBundleContent }, delivery: 'repeated' }
    })
    // The choice of the backend needs the caller: its secret is read after the introspection.
    const backends = [backend(harness, { when: { scopes: ['echo'] } })]
    await harness.start({
      ...documentWith(harness, [introspectingIssuer(harness)], { backends, unmatched: 'refuse' }),
      vault_secrets_endpoint: server.url,
    })

    expect(await harness.verdict()).toBe(PERMIT)
    const credentials = harness.tokenEndpoint.requests.map(({ headers }) => headers.authorization)
    const own = `Basic ${basicCredentials('backEnd', harness.secrets.backEnd)}`
    expect(new Set(credentials)).toEqual(new Set([own]))
  })
})
