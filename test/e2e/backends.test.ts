import { describe, expect, it } from '@jest/globals'
import { backend, documentWith, introspectingIssuer } from './support/configurations.ts'
import type { LogRecord } from './support/outcome.ts'
import { startScriptedServer } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { startTestWorld } from './support/test-world.ts'
import { BACK_END_SCOPE, ISSUER } from './support/world.ts'

const world = await startTestWorld()

function issuer(name: string, members = {}) {
  return introspectingIssuer(world, { name, issuer: ISSUER, ...members })
}

/** A backend whose scope tells its name. */
function named(name: string, members = {}) {
  return backend(world, { name, scope: `${BACK_END_SCOPE} ${name}`, ...members })
}

function startWith(backends: readonly object[], members = {}, issuers = [issuer('partners')]) {
  return world.start(documentWith(world, issuers, { backends, ...members }))
}

describe('the choice among several backends', () => {
  it('uses the first whose conditions hold, by client, scope and argument, else the default', async () => {
    await startWith([
      named('by-client', { when: { clients: ['partner-b', 'partner-c'] } }),
      named('by-scope', { when: { scopes: ['orders:write'] } }),
      named('by-host', { when: { arguments: { host: ['eu.example', 'uk.example'] } } }),
      named('by-both', { when: { scopes: ['read'], arguments: { tenant: 'acme' } } }),
      named('default'),
    ])
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
    const chosen: unknown[] = []
    for (const [members, data] of calls) {
      world.introspection.replyWith({ body: world.activeAnswer({ scope: 'none', ...members }) })
      const token = `Bearer ${world.keepSecret(`token-${Math.random()}`)}`
      const { verdict, line } = await world.callWith({ token, ...data })
      chosen.push([members, data, verdict, line['backend']])
    }
    const expected = calls.map(([members, data, name]) => [members, data, 'permit permitted', name])
    expect(chosen).toEqual(expected)
  })

  it('#52: never uses a token of one backend for another', async () => {
    await startWith([named('b', { when: { clients: ['partner-b'] } }), named('default')])
    world.tokenEndpoint.replyWith(({ form }) => ({
      body: world.tokenAnswer({ access_token: `for-${(form['scope'] ?? '').split(' ')[1] ?? ''}` }),
    }))
    const tokens: string[] = []
    for (const client_id of ['partner-a', 'partner-b', 'partner-a', 'partner-b']) {
      world.introspection.replyWith({ body: world.activeAnswer({ client_id }) })
      tokens.push((await world.decide()).backEndToken)
    }

    expect(tokens).toEqual(
      ['for-default', 'for-b', 'for-default', 'for-b'].map((t) => `Bearer ${t}`),
    )
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  it('denies a call without a matching backend with 403, without a token request', async () => {
    await startWith([named('b', { when: { clients: ['partner-b'] } })], { unmatched: 'refuse' })

    const { verdict, answer } = await world.decide()

    expect(verdict).toBe('deny backend_unmatched')
    expect(answer).toMatchObject({
      wwwAuthenticate: expect.stringContaining('error="insufficient_scope"') as unknown,
      context: { responseCode: '403' },
    })
    expect(world.tokenEndpoint.requests).toEqual([])
  })

  const BY_CLIENT = { when: { clients: ['a'] } }

  it.each<[string, object[], object, string]>([
    ['no default and no refusal', [BY_CLIENT], {}, 'unmatched is missing'],
    [
      'a default that hides the rest',
      [{}, BY_CLIENT],
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
    ['a name twice', [{ ...BY_CLIENT, name: 'n' }, { name: 'n' }], {}, 'backends.1.name is taken'],
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
  ])('is rejected with %s', async (_case, parts, members, expected) => {
    await startWith(
      parts.map((part, index) => named(`backend-${index}`, part)),
      members,
    )

    expect(await world.verdict()).toBe('fault config_invalid')
    const problems = world.logged('config_invalid').at(-1)?.['problems'] as LogRecord[]
    const texts = problems.map(({ key, problem }) => `${String(key)} ${String(problem)}`)
    expect(texts).toEqual([`authorizer_config: ${expected}`])
  })

  it.each([
    ['clients', { when: { clients: ['a'] } }],
    ['scopes', { when: { scopes: ['a'] } }],
    ['users', { grant: 'jwt_bearer', assertion: { key_ocid: 'ocid1.vaultsecret.oc1..k' } }],
    ['tokens', { grant: 'token_exchange' }],
  ])('is rejected if it does not say whose %s they are', async (_case, part) => {
    await startWith('when' in part ? [named('a', part), named('b')] : [named('a', part)], {}, [
      issuer('partners'),
      issuer('shops', { issuer: 'https://shops.example' }),
    ])

    expect(await world.verdict()).toBe('fault config_invalid')
    expect(JSON.stringify(world.logged('config_invalid').at(-1))).toContain('when.issuers')
  })
})

describe('a cold function', () => {
  /** Resolves at the first token request. What waits for it is asked at the same time. */
  const untilTokenRequest = () =>
    new Promise<void>((resolve) => {
      world.tokenEndpoint.replyWith(() => {
        resolve()
        return { body: world.tokenAnswer() }
      })
    })

  it('requests the backend’s token during introspection', async () => {
    await world.start()
    const tokenRequest = untilTokenRequest()
    world.introspection.replyWith(async () => {
      await tokenRequest
      return { body: world.activeAnswer() }
    })

    const { verdict, line } = await world.decide()

    expect(verdict).toBe('permit permitted')
    expect(line['back_end_cache']).toBe('miss')
  })

  it('requests the backend’s token while it fetches the keys', async () => {
    const tokenRequest = untilTokenRequest()
    const signer = createSigner()
    const keys = await startScriptedServer(async () => {
      await tokenRequest
      return { body: { keys: [signer.jwk] } }
    })
    await world.start({ validation: 'jwt', issuer: ISSUER, jwks_uri: `${keys.url}/keys` })

    const verdict = await world.verdict(signer.token())
    await keys.close()

    expect(verdict).toBe('permit permitted')
  })
})
