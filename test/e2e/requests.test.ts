import { describe, expect, it } from '@jest/globals'
import { startTestServer, startTestHarness } from './support/test-harness.ts'
import {
  BACK_END_SCOPE,
  basicCredentials,
  CLIENT_IDS,
  PERMIT,
  SECRET_OCIDS,
} from './support/harness.ts'
import { opaqueToken } from './support/tokens.ts'

const harness = await startTestHarness()
/** The environment names it as a proxy; the function must not send it a request. */
const proxy = await startTestServer(() => ({ body: harness.activeAnswer() }))

function basicOf(client: keyof typeof CLIENT_IDS): string {
  return `Basic ${basicCredentials(client, harness.secrets[client])}`
}

/** The headers of a form with Basic authentication. */
function headersFor(client: keyof typeof CLIENT_IDS) {
  return {
    accept: 'application/json',
    'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded(;|$)/),
    authorization: basicOf(client),
  }
}

function latestVaultRequests() {
  return harness.vault.requests.slice(-2)
}

describe('#35: the introspection request (RFC 7662 §2.1)', () => {
  it('is a form with only the token, and with Basic authentication', async () => {
    const token = opaqueToken()
    await harness.decide(token)
    const [request] = harness.introspection.requests
    expect(harness.introspection.requests).toHaveLength(1)
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
    await harness.start({
      idcs_introspection_endpoint: `${harness.introspection.url}/introspect?tenant=a%20b`,
    })
    await harness.decide()
    const targets = harness.introspection.requests.map(({ target }) => target)
    expect(targets).toEqual(['/introspect?tenant=a%20b'])
  })
})

describe('the token request (RFC 6749 §4.4.2)', () => {
  const tokenRequest = async (changes = {}) => {
    await harness.start(changes)
    await harness.decide()
    expect(harness.tokenEndpoint.requests).toHaveLength(1)
    return harness.tokenEndpoint.requests[0]
  }

  it('is a form with the configured grant and scope, and with Basic authentication', async () => {
    const request = await tokenRequest()
    expect(request).toMatchObject({
      method: 'POST',
      target: '/oauth2/v1/token',
      headers: headersFor('backEnd'),
    })
    expect(request?.form).toEqual({ grant_type: 'client_credentials', scope: BACK_END_SCOPE })
  })

  it('has ID and secret in the form with client_secret_post', async () => {
    const request = await tokenRequest({ back_end_client_auth: 'client_secret_post' })
    expect(request?.form).toEqual({
      grant_type: 'client_credentials',
      scope: BACK_END_SCOPE,
      client_id: CLIENT_IDS.backEnd,
      client_secret: harness.secrets.backEnd,
    })
    expect(request?.headers.authorization).toBeUndefined()
  })

  it('#52: does not contain the caller’s token', async () => {
    await harness.start()
    const token = opaqueToken()
    await harness.decide(token)
    expect(JSON.stringify(harness.tokenEndpoint.requests)).not.toContain(token)
  })
})

describe('the requests to Vault', () => {
  it('are signed by the resource principal and request the current version', async () => {
    await harness.start()
    harness.vault.rotate(SECRET_OCIDS.backEnd, harness.registerSecret('the-next-one'), {
      stage: 'PENDING',
    })
    expect(await harness.verdict()).toBe(PERMIT)
    // The local Vault verifies the signature before it returns 200.
    const byPath = latestVaultRequests().sort((one, other) => one.path.localeCompare(other.path))
    expect(byPath).toEqual(
      [SECRET_OCIDS.backEnd, SECRET_OCIDS.introspection].map((ocid) => ({
        method: 'GET',
        path: `/20190301/secretbundles/${ocid}`,
        query: 'stage=CURRENT',
        status: 200,
        versionNumber: 1,
      })),
    )
    const [tokenRequest] = harness.tokenEndpoint.requests
    expect(tokenRequest?.headers.authorization).toBe(basicOf('backEnd'))
  })

  it('use the current files of the resource principal', async () => {
    await harness.start({ secret_ttl_seconds: '0' })
    await harness.decide()
    const keyIdBefore = harness.principal.keyId
    await harness.principal.renew()
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.principal.keyId).not.toBe(keyIdBefore)
    expect(latestVaultRequests().map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('a proxy in the environment', () => {
  it('gets no request', async () => {
    const names = ['http', 'https', 'all'].map((scheme) => `${scheme}_proxy`)
    names.push(...names.map((name) => name.toUpperCase()))
    await harness.start(Object.fromEntries(names.map((name) => [name, proxy.url])))
    expect(await harness.verdict()).toBe(PERMIT)
    expect(proxy.requests).toEqual([])
  })
})
