import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startScriptedServer } from './support/scripted-server.ts'
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

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

function issuer(name: string, more = {}) {
  return {
    name,
    audience: [AUDIENCE],
    issuer: ISSUER,
    introspection_endpoint: `${world.introspection.url}/oauth2/v1/introspect`,
    client: {
      client_id: CLIENT_IDS.introspection,
      client_secret_ocid: SECRET_OCIDS.introspection,
    },
    ...more,
  }
}

function backend(name: string, more = {}) {
  return {
    name,
    token_endpoint: `${world.tokenEndpoint.url}/oauth2/v1/token`,
    client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: SECRET_OCIDS.backEnd },
    scope: `${BACK_END_SCOPE} ${name}`,
    ...more,
  }
}

function startWith(document: object) {
  return world.start({ ...NO_FLAT_KEYS, authorizer_config: JSON.stringify(document) })
}

/** A call with these arguments; tells the verdict and the backend. */
async function callWith(data: object = {}): Promise<string> {
  const token = `Bearer ${world.keepSecret(`token-${Math.random()}`)}`
  const { verdict, line } = await world.call(
    JSON.stringify({ type: 'USER_DEFINED', data: { token, ...data } }),
  )
  return `${verdict} ${String(line['backend'])}`
}

describe('the choice among several backends', () => {
  it('uses the first whose conditions hold, by client, scope and argument, else the default', async () => {
    await startWith({
      issuers: [issuer('partners')],
      backends: [
        backend('by-client', { when: { clients: ['partner-b', 'partner-c'] } }),
        backend('by-scope', { when: { scopes: ['orders:write'] } }),
        backend('by-host', { when: { arguments: { host: ['eu.example', 'uk.example'] } } }),
        backend('by-both', { when: { scopes: ['read'], arguments: { tenant: 'acme' } } }),
        backend('default'),
      ],
    })
    const calls: readonly (readonly [members: object, data: object, expected: string])[] = [
      [{ client_id: 'partner-c', scope: 'orders:write' }, {}, 'by-client'],
      [{ scope: 'read orders:write' }, { host: 'eu.example' }, 'by-scope'],
      [{}, { host: 'uk.example' }, 'by-host'],
      [{}, { host: ['uk.example'] }, 'by-host'],
      [{ scope: 'read' }, { tenant: 'acme' }, 'by-both'],
      [{ scope: 'write' }, { tenant: 'acme' }, 'default'],
      [{}, { host: ['eu.example', 'uk.example'] }, 'default'],
      [{}, { host: 'EU.example' }, 'default'],
      [{}, { host: '' }, 'default'],
      [{ client_id: undefined }, {}, 'default'],
    ]
    for (const [members, data, expected] of calls) {
      world.introspection.replyWith({ body: world.activeAnswer({ scope: 'none', ...members }) })
      expect([members, data, await callWith(data)]).toEqual([
        members,
        data,
        `permit permitted ${expected}`,
      ])
    }
  })

  it('#52: never uses a token of one backend for another', async () => {
    await startWith({
      issuers: [issuer('partners')],
      backends: [backend('b', { when: { clients: ['partner-b'] } }), backend('default')],
    })
    world.tokenEndpoint.replyWith(({ form }) => ({
      body: world.tokenAnswer({ access_token: `for-${(form['scope'] ?? '').split(' ')[1] ?? ''}` }),
    }))
    const tokens: string[] = []
    for (const client_id of ['partner-a', 'partner-b', 'partner-a', 'partner-b']) {
      world.introspection.replyWith({ body: world.activeAnswer({ client_id }) })
      const { answer } = await world.decide()
      tokens.push((answer?.['context'] as { back_end_token: string }).back_end_token)
    }

    expect(tokens).toEqual(
      ['for-default', 'for-b', 'for-default', 'for-b'].map((t) => `Bearer ${t}`),
    )
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  it('denies a call without a matching backend with 403, without a token request', async () => {
    await startWith({
      issuers: [issuer('partners')],
      backends: [backend('b', { when: { clients: ['partner-b'] } })],
      unmatched: 'refuse',
    })

    const { verdict, answer } = await world.decide()

    expect(verdict).toBe('deny backend_unmatched')
    expect(answer).toMatchObject({
      wwwAuthenticate: expect.stringContaining('error="insufficient_scope"') as unknown,
      context: { responseCode: '403' },
    })
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  it.each([
    ['no default and no refusal', [{ when: { clients: ['a'] } }], {}, 'unmatched is missing'],
    [
      'a default that hides the rest',
      [{}, { when: { clients: ['a'] } }],
      { unmatched: 'refuse' },
      'backends.0.when is missing',
    ],
    [
      'a refusal beside a default',
      [{}],
      { unmatched: 'refuse' },
      'unmatched has no effect beside a backend without `when`',
    ],
    ['an empty condition', [{ when: {} }, {}], {}, 'backends.0.when is empty'],
    [
      'an unknown issuer',
      [{ when: { issuers: ['x'] } }, {}],
      {},
      'backends.0.when.issuers has a name that no issuer has',
    ],
    [
      'a name twice',
      [{ when: { clients: ['a'] } }, {}].map((each) => ({ ...each, name: 'n' })),
      {},
      'backends.1.name is taken',
    ],
    [
      'an exchange without one',
      [{ exchange: { audience: 'x' } }],
      {},
      'backends.0.exchange has no effect with the grant client_credentials',
    ],
    [
      'assertions without a key',
      [{ grant: 'jwt_bearer' }],
      {},
      'backends.0.assertion.key_ocid is missing',
    ],
  ] as const)('is rejected with %s', async (_case, parts, more, expected) => {
    await startWith({
      issuers: [issuer('partners')],
      backends: parts.map((part, index) => backend(`backend-${index}`, part)),
      ...more,
    })

    expect((await world.decide()).verdict).toBe('fault config_invalid')
    const entry = world.function.jsonLog().findLast(({ event }) => event === 'config_invalid')
    const problems = (entry?.['problems'] ?? []) as { key: string; problem: string }[]
    expect(problems.map(({ key, problem }) => `${key} ${problem}`)).toEqual([
      `authorizer_config: ${expected}`,
    ])
  })

  it.each([
    ['clients', { when: { clients: ['a'] } }],
    ['scopes', { when: { scopes: ['a'] } }],
    ['users', { grant: 'jwt_bearer', assertion: { key_ocid: 'ocid1.vaultsecret.oc1..k' } }],
    ['tokens', { grant: 'token_exchange' }],
  ])('is rejected if it does not say whose %s they are', async (_case, part) => {
    await startWith({
      issuers: [issuer('partners'), issuer('shops', { issuer: 'https://shops.example' })],
      backends: 'when' in part ? [backend('a', part), backend('b')] : [backend('a', part)],
    })

    expect((await world.decide()).verdict).toBe('fault config_invalid')
    const entry = world.function.jsonLog().findLast(({ event }) => event === 'config_invalid')
    expect(JSON.stringify(entry)).toContain('when.issuers')
  })
})

/** A promise that a test resolves. */
function signal() {
  let send = (): void => undefined
  const sent = new Promise<void>((resolve) => {
    send = resolve
  })
  return {
    sent,
    send: () => {
      send()
    },
  }
}

describe('a cold function', () => {
  it('requests the backend’s token during introspection', async () => {
    await world.start()
    const tokenAsked = signal()
    // Introspection answers only once the token has been asked for: one after the other is no way.
    world.introspection.replyWith(async () => {
      await tokenAsked.sent
      return { body: world.activeAnswer() }
    })
    world.tokenEndpoint.replyWith(() => {
      tokenAsked.send()
      return { body: world.tokenAnswer() }
    })

    const { verdict, line } = await world.decide()

    expect(verdict).toBe('permit permitted')
    expect(line['back_end_cache']).toBe('miss')
  })

  it('requests the backend’s token while it fetches the keys', async () => {
    const tokenAsked = signal()
    const signer = createSigner()
    const keys = await startScriptedServer(async () => {
      await tokenAsked.sent
      return { body: { keys: [signer.jwk] } }
    })
    world.tokenEndpoint.replyWith(() => {
      tokenAsked.send()
      return { body: world.tokenAnswer() }
    })
    await world.start({ validation: 'jwt', issuer: ISSUER, jwks_uri: `${keys.url}/keys` })

    const { verdict } = await world.decide(signer.token())
    await keys.close()

    expect(verdict).toBe('permit permitted')
  })
})
