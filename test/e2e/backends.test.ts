import { describe, expect, it } from '@jest/globals'
import {
  backend,
  documentWith,
  introspectingIssuer,
  jwtByKeysOf,
} from './support/configurations.ts'
import type { LogRecord } from './support/outcome.ts'
import { startTestHarness, startTestServer } from './support/test-harness.ts'
import { BACK_END_SCOPE, PERMIT } from './support/harness.ts'
import { createSigner, ISSUER } from './support/tokens.ts'

const harness = await startTestHarness()
const keys = await startTestServer(() => ({ status: 500 }))

function issuer(name: string, members = {}) {
  return introspectingIssuer(harness, { name, issuer: ISSUER, ...members })
}

/** A backend with its name in its scope. */
function named(name: string, members = {}) {
  return backend(harness, { name, scope: `${BACK_END_SCOPE} ${name}`, ...members })
}

function startWith(backends: readonly object[], members = {}, issuers = [issuer('partners')]) {
  return harness.start(documentWith(harness, issuers, { backends, ...members }))
}

describe('the choice of the backend', () => {
  const selectionCases: readonly (readonly [members: object, data: object, backend: string])[] = [
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

  it('is the first one that matches client, scopes and arguments, else the default', async () => {
    await startWith([
      named('by-client', { when: { clients: ['partner-b', 'partner-c'] } }),
      named('by-scope', { when: { scopes: ['orders:write'] } }),
      named('by-host', { when: { arguments: { host: ['eu.example', 'uk.example'] } } }),
      named('by-both', { when: { scopes: ['read'], arguments: { tenant: 'acme' } } }),
      named('default'),
    ])
    const chosen: unknown[] = []
    for (const [members, data] of selectionCases) {
      harness.respondActive({ scope: 'none', ...members })
      const token = `Bearer ${harness.registerSecret(`token-${Math.random()}`)}`
      const { verdict, line } = await harness.callWith({ token, ...data })
      chosen.push([members, data, verdict, line['backend']])
    }
    expect(chosen).toEqual(
      selectionCases.map(([members, data, name]) => [members, data, PERMIT, name]),
    )
  })

  it('#52: determines the token: each backend has its own', async () => {
    await startWith([named('b', { when: { clients: ['partner-b'] } }), named('default')])
    harness.tokenEndpoint.replyWith(({ form }) => ({
      body: harness.tokenAnswer({ access_token: `for-${form['scope']?.split(' ')[1] ?? ''}` }),
    }))
    const tokens: string[] = []
    for (const client_id of ['partner-a', 'partner-b', 'partner-a', 'partner-b']) {
      tokens.push((await harness.decideActive({ client_id })).backEndToken)
    }

    const [forDefault, forB] = ['Bearer for-default', 'Bearer for-b']
    expect(tokens).toEqual([forDefault, forB, forDefault, forB])
    expect(harness.tokenEndpoint.requests).toHaveLength(2)
  })

  it('denies a call without a matching backend with 403, without a token request', async () => {
    await startWith([named('b', { when: { clients: ['partner-b'] } })], { unmatched: 'refuse' })
    const { verdict, answer } = await harness.decide()
    expect(verdict).toBe('deny backend_unmatched')
    expect(answer).toMatchObject({
      wwwAuthenticate: expect.stringContaining('error="insufficient_scope"') as unknown,
      context: { responseCode: '403' },
    })
    expect(harness.tokenEndpoint.requests).toEqual([])
  })

  const BY_CLIENT = { when: { clients: ['a'] } }
  const REFUSE = { unmatched: 'refuse' }

  it.each<[string, object[], string, object]>([
    ['neither default nor `unmatched`', [BY_CLIENT], 'unmatched is missing', {}],
    ['a backend after the default', [{}, BY_CLIENT], 'backends.0.when is missing', REFUSE],
    [
      'both default and `unmatched`',
      [{}],
      'unmatched has no effect beside a backend without `when`',
      REFUSE,
    ],
    ['an empty condition', [{ when: {} }, {}], 'backends.0.when is empty', {}],
    [
      'an unknown issuer',
      [{ when: { issuers: ['x'] } }, {}],
      'backends.0.when.issuers has a name that no issuer has',
      {},
    ],
    [
      'a duplicate name',
      [{ ...BY_CLIENT, name: 'n' }, { name: 'n' }],
      'backends.1.name is taken',
      {},
    ],
    [
      '`exchange` with another grant',
      [{ exchange: { audience: 'x' } }],
      'backends.0.exchange has no effect with the grant client_credentials',
      {},
    ],
    ['no assertion key', [{ grant: 'jwt_bearer' }], 'backends.0.assertion.key_ocid is missing', {}],
  ])('is rejected with %s', async (_case, backends, expected, members) => {
    const parts = backends.map((part, index) => named(`backend-${index}`, part))
    await startWith(parts, members)

    expect(await harness.verdict()).toBe('fault config_invalid')
    const problems = harness.logged('config_invalid').at(-1)?.['problems'] as LogRecord[]
    const texts = problems.map(({ key, problem }) => `${String(key)} ${String(problem)}`)
    expect(texts).toEqual([`authorizer_config: ${expected}`])
  })

  it.each([
    ['clients', { when: { clients: ['a'] } }],
    ['scopes', { when: { scopes: ['a'] } }],
    ['users', { grant: 'jwt_bearer', assertion: { key_ocid: 'ocid1.vaultsecret.oc1..k' } }],
    ['tokens', { grant: 'token_exchange' }],
  ])('is rejected if it does not name the issuer of the %s', async (_case, members) => {
    const backends = [named('a', members), ...('when' in members ? [named('b')] : [])]
    await startWith(backends, {}, [
      issuer('partners'),
      issuer('shops', { issuer: 'https://shops.example' }),
    ])
    expect(await harness.verdict()).toBe('fault config_invalid')
    expect(JSON.stringify(harness.logged('config_invalid').at(-1))).toContain('when.issuers')
  })
})

describe('a cold function', () => {
  /** Resolves at the first token request. A reply that waits for it requires parallel requests. */
  const firstTokenRequest = () =>
    new Promise<void>((resolve) => {
      harness.tokenEndpoint.replyWith(() => {
        resolve()
        return { body: harness.tokenAnswer() }
      })
    })

  it('requests the backend token during introspection', async () => {
    await harness.start()
    const tokenRequest = firstTokenRequest()
    harness.introspection.replyWith(async () => {
      await tokenRequest
      return { body: harness.activeAnswer() }
    })
    const { verdict, line } = await harness.decide()
    expect([verdict, line['back_end_cache']]).toEqual([PERMIT, 'miss'])
  })

  it('requests the backend token while it fetches the keys', async () => {
    const tokenRequest = firstTokenRequest()
    const signer = createSigner()
    keys.replyWith(async () => {
      await tokenRequest
      return { body: { keys: [signer.jwk] } }
    })
    await harness.start(jwtByKeysOf(keys))
    expect(await harness.verdict(signer.token())).toBe(PERMIT)
  })
})
