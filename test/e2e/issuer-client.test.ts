/** Our own client at the callers' provider: for protected keys and for introspection. */
import { beforeEach, describe, expect, it } from '@jest/globals'
import { opaqueToken } from './support/callers-tokens.ts'
import { documentWith, INTROSPECTION_CLIENT } from './support/configurations.ts'
import { CLIENT_REFUSALS, rotateSecret } from './support/refusals.ts'
import type { RecordedRequest } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { AUDIENCE, CLIENT_IDS, ISSUER } from './support/world.ts'

const former = createSigner('former')
const next = createSigner('next')
const PERMIT = 'permit permitted'

const world = await startTestWorld()
const keysToken = world.keepSecret('token-for-the-keys')
const domain = await startTestServer(byDefault)

/** An identity domain that publishes its keys to clients alone. */
function byDefault(request: RecordedRequest) {
  if (request.target === '/oauth2/v1/token') return tokenForKeys()
  const isAllowed = request.headers.authorization === `Bearer ${keysToken}`
  return isAllowed ? { body: { keys: [former.jwk, next.jwk] } } : { status: 401 }
}
function tokenForKeys() {
  return { body: { access_token: keysToken, token_type: 'Bearer', expires_in: 3600 } }
}

function startWith(issuer: object, client: object = {}) {
  const ours = { ...INTROSPECTION_CLIENT, ...client }
  return world.start(
    documentWith(world, [{ name: 'callers', audience: [AUDIENCE], client: ours, ...issuer }]),
  )
}

describe('protected keys, when the secret of our client is rotated', () => {
  /** A warm function that has no key for the tokens of `next` yet. */
  const startWithFormerKey = async (client: object = {}) => {
    domain.replyWith(({ target }) =>
      target === '/oauth2/v1/token' ? tokenForKeys() : { body: { keys: [former.jwk] } },
    )
    const protectedKeys = {
      issuer: ISSUER,
      jwks_uri: `${domain.url}/admin/v1/SigningCert/jwk`,
      jwks_access: 'client_credentials',
    }
    await startWith(protectedKeys, client)
    expect(await world.verdict(former.token())).toBe(PERMIT)
  }
  const rotate = (refusal: Parameters<typeof rotateSecret>[2], by: 'basic' | 'form') => {
    const token = rotateSecret(world, 'introspection', refusal, tokenForKeys, by)
    domain.replyWith((request) =>
      request.target === '/oauth2/v1/token' ? token(request) : byDefault(request),
    )
    domain.forget()
  }

  it.each(CLIENT_REFUSALS)(
    'are fetched at the next call that needs them ($server, $status)',
    async (refusal) => {
      await startWithFormerKey()
      rotate(refusal, 'basic')

      expect(await world.verdict(next.token())).toBe(PERMIT)
      const [token, keys] = ['/oauth2/v1/token', '/admin/v1/SigningCert/jwk']
      expect(domain.requests.map(({ target }) => target)).toEqual([token, token, keys])
    },
  )

  it('are fetched with the secret in the form if the server accepts it only there', async () => {
    await startWithFormerKey({ client_auth: 'client_secret_post' })
    rotate({ status: 401, body: { error: 'unauthorized' } }, 'form')

    expect(await world.verdict(next.token())).toBe(PERMIT)
  })

  it.each([
    [401, { error: 'unauthorized' }, 'token_unauthorized'],
    [403, '', 'token_status_403'],
    [400, { error: 'invalid_scope' }, 'token_invalid_scope'],
  ])('are a fault if Vault has no other secret (%i, %j)', async (status, body, detail) => {
    await startWithFormerKey()
    domain.replyWith({ status, body })

    const { detailedVerdict } = await world.decide(next.token())
    expect(detailedVerdict).toBe(`fault keys_unavailable ${detail}`)
  })
})

describe('introspection at a server that accepts only `client_secret_post`', () => {
  const takingPost = ({ headers, form }: RecordedRequest) =>
    headers.authorization === undefined &&
    form['client_id'] === CLIENT_IDS.introspection &&
    form['client_secret'] === world.secrets.introspection
      ? { body: world.activeAnswer() }
      : { status: 401, body: { error: 'invalid_client' } }
  const introspecting = { introspection_endpoint: `${domain.url}/introspect` }
  beforeEach(() => {
    domain.replyWith(takingPost)
  })

  it('has id and secret in the form, unencoded', async () => {
    await startWith(introspecting, { client_auth: 'client_secret_post' })
    const token = opaqueToken()

    expect(await world.verdict(token)).toBe(PERMIT)
    const [client_id, client_secret] = [CLIENT_IDS.introspection, world.secrets.introspection]
    const forms = domain.requests.map(({ form }) => form)
    expect(forms).toEqual([{ token, client_id, client_secret }])
  })

  it('is a fault without it, with the setting in the hint', async () => {
    await startWith(introspecting)

    const { verdict, line } = await world.decide()
    expect(verdict).toBe('fault introspection_refused')
    expect(line['hint']).toContain('client_auth')
  })

  it.each(CLIENT_REFUSALS)(
    'uses a rotated secret at the next call ($server, $status)',
    async (refusal) => {
      await startWith(introspecting, { client_auth: 'client_secret_post' })
      expect(await world.verdict()).toBe(PERMIT)
      const accepted = () => ({ body: world.activeAnswer() })
      domain.replyWith(rotateSecret(world, 'introspection', refusal, accepted, 'form'))

      expect(await world.verdict()).toBe(PERMIT)
    },
  )
})
