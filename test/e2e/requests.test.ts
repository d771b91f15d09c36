import { describe, expect, it } from '@jest/globals'
import { opaqueToken } from './support/callers-tokens.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { BACK_END_SCOPE, basicCredentials, CLIENT_IDS, SECRET_OCIDS } from './support/world.ts'

const world = await startTestWorld()
const bystander = await startTestServer(() => ({ body: world.activeAnswer() }))

function basicOf(client: keyof typeof CLIENT_IDS): string {
  return `Basic ${basicCredentials(client, world.secrets[client])}`
}

/** The headers of a form that is authenticated with Basic. */
function headersFor(client: keyof typeof CLIENT_IDS) {
  return {
    accept: 'application/json',
    'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded(;|$)/),
    authorization: basicOf(client),
  }
}

function vaultRequests() {
  return world.vault.requests.slice(-2)
}

describe('#35: the introspection request (RFC 7662 §2.1)', () => {
  it('is a form with the token only, authenticated with Basic', async () => {
    const token = opaqueToken()
    await world.decide(token)
    const [request] = world.introspection.requests
    expect(world.introspection.requests).toHaveLength(1)
    expect(request).toMatchObject({
      method: 'POST',
      target: '/oauth2/v1/introspect',
      form: { token },
      headers: headersFor('introspection'),
    })
    expect(Object.keys(request?.form ?? {})).toEqual(['token'])
    expect(JSON.stringify(request?.headers)).not.toContain(token)
  })

  it('keeps the query of the configured endpoint', async () => {
    await world.start({
      idcs_introspection_endpoint: `${world.introspection.url}/introspect?tenant=a%20b`,
    })
    await world.decide()
    const targets = world.introspection.requests.map(({ target }) => target)
    expect(targets).toEqual(['/introspect?tenant=a%20b'])
  })
})

describe('the token request (RFC 6749 §4.4.2)', () => {
  const tokenRequest = async (changes = {}) => {
    await world.start(changes)
    await world.decide()
    expect(world.tokenEndpoint.requests).toHaveLength(1)
    return world.tokenEndpoint.requests[0]
  }

  it('is a form with grant and scope as configured, authenticated with Basic', async () => {
    const request = await tokenRequest()
    expect(request).toMatchObject({
      method: 'POST',
      target: '/oauth2/v1/token',
      headers: headersFor('backEnd'),
    })
    expect(request?.form).toEqual({ grant_type: 'client_credentials', scope: BACK_END_SCOPE })
  })

  it('has id and secret in the form with client_secret_post', async () => {
    const request = await tokenRequest({ back_end_client_auth: 'client_secret_post' })
    expect(request?.form).toEqual({
      grant_type: 'client_credentials',
      scope: BACK_END_SCOPE,
      client_id: CLIENT_IDS.backEnd,
      client_secret: world.secrets.backEnd,
    })
    expect(request?.headers.authorization).toBeUndefined()
  })

  it('#52: has no data of the caller', async () => {
    await world.start()
    const token = opaqueToken()
    await world.decide(token)
    expect(JSON.stringify(world.tokenEndpoint.requests)).not.toContain(token)
  })
})

describe('the requests to Vault', () => {
  it('are signed as the resource principal and request the current version', async () => {
    await world.start()
    world.vault.rotate(SECRET_OCIDS.backEnd, world.keepSecret('the-next-one'), { stage: 'PENDING' })
    expect(await world.verdict()).toBe('permit permitted')
    // The local Vault verifies the signature: 200 is its word for a good one.
    const byPath = vaultRequests().sort((one, other) => one.path.localeCompare(other.path))
    expect(byPath).toEqual(
      [SECRET_OCIDS.backEnd, SECRET_OCIDS.introspection].map((ocid) => ({
        method: 'GET',
        path: `/20190301/secretbundles/${ocid}`,
        query: 'stage=CURRENT',
        status: 200,
        versionNumber: 1,
      })),
    )
    const [tokenRequest] = world.tokenEndpoint.requests
    expect(tokenRequest?.headers.authorization).toBe(basicOf('backEnd'))
  })

  it('use the principal’s current files', async () => {
    await world.start({ secret_ttl_seconds: '0' })
    await world.decide()
    const keyIdBefore = world.principal.keyId
    await world.principal.renew()
    expect(await world.verdict()).toBe('permit permitted')
    expect(world.principal.keyId).not.toBe(keyIdBefore)
    expect(vaultRequests().map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('no other host', () => {
  it('gets a request if the environment has proxies', async () => {
    const names = ['http', 'https', 'all'].map((scheme) => `${scheme}_proxy`)
    names.push(...names.map((name) => name.toUpperCase()))
    await world.start(Object.fromEntries(names.map((name) => [name, bystander.url])))
    expect(await world.verdict()).toBe('permit permitted')
    expect(bystander.requests).toEqual([])
  })
})
