/** Our own client at the callers' provider: for protected keys and for introspection. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { opaqueToken } from './support/callers-tokens.ts'
import {
  startScriptedServer,
  type ScriptedServer,
  type RecordedRequest,
} from './support/scripted-server.ts'
import { CLIENT_REFUSALS, rotateSecret } from './support/refusals.ts'
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

const former = createSigner('former')
const next = createSigner('next')
const PERMIT = 'permit permitted'

let world: World
let domain: ScriptedServer
let keysToken: string

beforeAll(async () => {
  world = await startWorld()
  keysToken = world.keepSecret('token-for-the-keys')
  domain = await startScriptedServer(byDefault)
})
afterEach(async () => {
  domain.reset()
  await world.reset()
})
afterAll(async () => {
  await Promise.all([world.close(), domain.close()])
})

/** An identity domain that publishes its keys to clients alone. */
function byDefault(request: RecordedRequest) {
  if (request.target === '/oauth2/v1/token') return tokenForKeys()
  const isAllowed = request.headers.authorization === `Bearer ${keysToken}`
  return isAllowed ? { body: { keys: [former.jwk, next.jwk] } } : { status: 401 }
}
function tokenForKeys() {
  return { body: { access_token: keysToken, token_type: 'Bearer', expires_in: 3600 } }
}

function configWith(issuer: object, client: object = {}) {
  const { backEnd, introspection } = SECRET_OCIDS
  return {
    ...NO_FLAT_KEYS,
    authorizer_config: JSON.stringify({
      issuers: [
        {
          name: 'callers',
          audience: [AUDIENCE],
          client: {
            client_id: CLIENT_IDS.introspection,
            client_secret_ocid: introspection,
            ...client,
          },
          ...issuer,
        },
      ],
      backends: [
        {
          name: 'oic',
          token_endpoint: world.config['back_end_token_endpoint'],
          scope: BACK_END_SCOPE,
          client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: backEnd },
        },
      ],
    }),
  }
}

function protectedKeys() {
  return {
    issuer: ISSUER,
    jwks_uri: `${domain.url}/admin/v1/SigningCert/jwk`,
    jwks_access: 'client_credentials',
  }
}

describe('protected keys, when the secret of our client is rotated', () => {
  /** A warm function that has no key for the tokens of `next` yet. */
  const startWithFormerKey = async (client: object) => {
    domain.replyWith(({ target }) =>
      target === '/oauth2/v1/token' ? tokenForKeys() : { body: { keys: [former.jwk] } },
    )
    await world.start(configWith(protectedKeys(), client))
    expect((await world.decide(former.token())).verdict).toBe(PERMIT)
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
      await startWithFormerKey({})
      rotate(refusal, 'basic')

      expect((await world.decide(next.token())).verdict).toBe(PERMIT)
      expect(domain.requests.map(({ target }) => target)).toEqual([
        '/oauth2/v1/token',
        '/oauth2/v1/token',
        '/admin/v1/SigningCert/jwk',
      ])
    },
  )

  it('are fetched with the secret in the form if the server accepts it only there', async () => {
    await startWithFormerKey({ client_auth: 'client_secret_post' })
    rotate({ status: 401, body: { error: 'unauthorized' } }, 'form')

    expect((await world.decide(next.token())).verdict).toBe(PERMIT)
  })

  it.each([
    [401, { error: 'unauthorized' }, 'token_unauthorized'],
    [403, '', 'token_status_403'],
    [400, { error: 'invalid_scope' }, 'token_invalid_scope'],
  ])('are a fault if Vault has no other secret (%i, %j)', async (status, body, detail) => {
    await startWithFormerKey({})
    domain.replyWith({ status, body })

    const { verdict, line } = await world.decide(next.token())
    expect([verdict, line['detail']]).toEqual(['fault keys_unavailable', detail])
  })
})

describe('introspection at a server that accepts only `client_secret_post`', () => {
  const takingPost = ({ headers, form }: RecordedRequest) =>
    headers.authorization === undefined &&
    form['client_id'] === CLIENT_IDS.introspection &&
    form['client_secret'] === world.secrets.introspection
      ? { body: world.activeAnswer() }
      : { status: 401, body: { error: 'invalid_client' } }
  const introspecting = () => ({ introspection_endpoint: `${domain.url}/introspect` })

  it('has id and secret in the form, unencoded', async () => {
    await world.start(configWith(introspecting(), { client_auth: 'client_secret_post' }))
    domain.replyWith(takingPost)
    const token = opaqueToken()

    expect((await world.decide(token)).verdict).toBe(PERMIT)
    expect(domain.requests.map(({ form }) => form)).toEqual([
      {
        token,
        client_id: CLIENT_IDS.introspection,
        client_secret: world.secrets.introspection,
      },
    ])
  })

  it('is a fault without it, with the setting in the hint', async () => {
    await world.start(configWith(introspecting()))
    domain.replyWith(takingPost)

    const { verdict, line } = await world.decide()
    expect(verdict).toBe('fault introspection_refused')
    expect(line['hint']).toContain('client_auth')
  })

  it.each(CLIENT_REFUSALS)(
    'uses a rotated secret at the next call ($server, $status)',
    async (refusal) => {
      await world.start(configWith(introspecting(), { client_auth: 'client_secret_post' }))
      domain.replyWith(takingPost)
      expect((await world.decide()).verdict).toBe(PERMIT)
      const accepted = () => ({ body: world.activeAnswer() })
      domain.replyWith(rotateSecret(world, 'introspection', refusal, accepted, 'form'))

      expect((await world.decide()).verdict).toBe(PERMIT)
    },
  )
})
