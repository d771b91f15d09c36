/** The function's client at the issuer, for protected keys and for introspection. */
import { beforeEach, describe, expect, it } from '@jest/globals'
import { CLIENT_REJECTIONS, rotateSecret } from './support/client-rejections.ts'
import { INTROSPECTION_CLIENT, startWithIssuers } from './support/configurations.ts'
import type { RecordedRequest } from './support/scripted-server.ts'
import { startTestHarness, startTestServer } from './support/test-harness.ts'
import { CLIENT_IDS, PERMIT } from './support/harness.ts'
import { AUDIENCE, createSigner, ISSUER, opaqueToken } from './support/tokens.ts'

const former = createSigner('former')
const next = createSigner('next')
const [TOKEN_PATH, KEYS_PATH] = ['/oauth2/v1/token', '/admin/v1/SigningCert/jwk']

const harness = await startTestHarness()
const keysToken = harness.registerSecret('token-for-the-keys')
const domain = await startTestServer(defaultReply)

/** An identity domain that publishes its keys only to clients. */
function defaultReply({ target, headers }: RecordedRequest) {
  if (target === TOKEN_PATH) return tokenForKeys()
  const isAllowed = headers.authorization === `Bearer ${keysToken}`
  return isAllowed ? { body: { keys: [former.jwk, next.jwk] } } : { status: 401 }
}
function tokenForKeys() {
  return { body: { access_token: keysToken, token_type: 'Bearer', expires_in: 3600 } }
}
function active() {
  return { body: harness.activeAnswer() }
}

function startWith(issuer: object, client: object = {}) {
  const members = { audience: [AUDIENCE], client: { ...INTROSPECTION_CLIENT, ...client } }
  return startWithIssuers(harness, { name: 'callers', ...members, ...issuer })
}

describe('protected keys after the rotation of the client’s secret', () => {
  /** Starts a warm function that does not have the key of `next`. */
  const startWithFormerKey = async (client: object = {}) => {
    domain.replyWith(({ target }) =>
      target === TOKEN_PATH ? tokenForKeys() : { body: { keys: [former.jwk] } },
    )
    const jwks_uri = domain.url + KEYS_PATH
    await startWith({ issuer: ISSUER, jwks_uri, jwks_access: 'client_credentials' }, client)
    expect(await harness.verdict(former.token())).toBe(PERMIT)
  }
  const rotate = (rejection: Parameters<typeof rotateSecret>[2], by: 'basic' | 'form') => {
    const tokenReply = rotateSecret(harness, 'introspection', rejection, tokenForKeys, by)
    domain.replyWith((request) =>
      request.target === TOKEN_PATH ? tokenReply(request) : defaultReply(request),
    )
    domain.clearRequests()
  }

  it.each(CLIENT_REJECTIONS)('are fetched at the next call ($label)', async (rejection) => {
    await startWithFormerKey()
    rotate(rejection, 'basic')
    expect(await harness.verdict(next.token())).toBe(PERMIT)
    const targets = domain.requests.map(({ target }) => target)
    expect(targets).toEqual([TOKEN_PATH, TOKEN_PATH, KEYS_PATH])
  })

  it('are fetched with the secret in the form, with client_secret_post', async () => {
    await startWithFormerKey({ client_auth: 'client_secret_post' })
    rotate({ status: 401, body: { error: 'unauthorized' } }, 'form')
    expect(await harness.verdict(next.token())).toBe(PERMIT)
  })

  it.each([
    [401, { error: 'unauthorized' }, 'token_unauthorized'],
    [403, '', 'token_status_403'],
    [400, { error: 'invalid_scope' }, 'token_invalid_scope'],
  ])('cause a fault if Vault has no other secret (%i, %j)', async (status, body, detail) => {
    await startWithFormerKey()
    domain.replyWith({ status, body })
    expect(await harness.detailedVerdict(next.token())).toBe(`fault keys_unavailable ${detail}`)
  })
})

describe('introspection by a server that accepts only client_secret_post', () => {
  const byPost = { client_auth: 'client_secret_post' }
  const introspecting = { introspection_endpoint: `${domain.url}/introspect` }
  beforeEach(() => {
    domain.replyWith(({ headers, form }) =>
      headers.authorization === undefined &&
      form['client_id'] === CLIENT_IDS.introspection &&
      form['client_secret'] === harness.secrets.introspection
        ? active()
        : { status: 401, body: { error: 'invalid_client' } },
    )
  })

  it('has ID and secret in the form', async () => {
    await startWith(introspecting, byPost)
    const token = opaqueToken()
    expect(await harness.verdict(token)).toBe(PERMIT)
    const [client_id, client_secret] = [CLIENT_IDS.introspection, harness.secrets.introspection]
    const forms = domain.requests.map(({ form }) => form)
    expect(forms).toEqual([{ token, client_id, client_secret }])
  })

  it('causes a fault with a hint about `client_auth` by default', async () => {
    await startWith(introspecting)
    const { verdict, line } = await harness.decide()
    expect(verdict).toBe('fault introspection_refused')
    expect(line['hint']).toContain('client_auth')
  })

  it.each(CLIENT_REJECTIONS)('uses the new secret at the next call ($label)', async (rejection) => {
    await startWith(introspecting, byPost)
    expect(await harness.verdict()).toBe(PERMIT)
    domain.replyWith(rotateSecret(harness, 'introspection', rejection, active, 'form'))
    expect(await harness.verdict()).toBe(PERMIT)
  })
})
