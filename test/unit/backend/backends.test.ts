import { describe, expect, it } from '@jest/globals'
import { createBackendRouter } from '../../../src/backend/backends.ts'
import type { BackendCall, CredentialSource } from '../../../src/backend/credential.ts'
import type { BackendCondition } from '../../../src/config/model.ts'
import { denied, faulty } from '../support/outcomes.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'
import { callBy } from '../support/tokens-for-backends.ts'

const CONDITION: BackendCondition = {
  issuers: undefined,
  clients: undefined,
  scopes: undefined,
  arguments: [],
}

/** Backends whose `obtain` returns a fault with the backend’s name, and which record `prepare`. */
function createSource(conditions: Readonly<Record<string, BackendCondition | undefined>>) {
  const prepared: string[] = []
  const backends = Object.entries(conditions).map(([name, condition]) => ({
    condition,
    source: {
      obtain: async (_call, _deadline, request) => {
        const outcome = await request
        return outcome?.ok === false ? outcome : faulty('internal_error', { backend: name })
      },
      prepare: () => {
        prepared.push(name)
        return Promise.resolve(faulty('internal_error', { detail: `prepared ${name}` }))
      },
    } satisfies CredentialSource,
  }))
  return { source: createBackendRouter(backends), prepared }
}

async function chooseBackend(condition: Partial<BackendCondition>, call: Partial<BackendCall>) {
  const { source } = createSource({ special: { ...CONDITION, ...condition }, default: undefined })
  const obtained = await source.obtain(callBy(call), PLENTY_OF_TIME)
  return obtained.ok ? undefined : obtained.error.logContext.backend
}

describe('the condition of a backend', () => {
  const requires = (expected: Readonly<Record<string, readonly string[]>>) => ({
    arguments: Object.entries(expected).map(([name, values]) => ({ name, values })),
  })
  const callWith = (members: object) => ({ arguments: jsonObject(members) })
  const HOST = requires({ host: ['a', 'b'] })

  it.each<readonly [string, Partial<BackendCondition>, Partial<BackendCall>, string]>([
    ['the issuer', { issuers: ['callers'] }, {}, 'special'],
    ['another issuer', { issuers: ['others'] }, {}, 'default'],
    ['one of the clients', { clients: ['x', 'partner-a'] }, {}, 'special'],
    ['no client', { clients: ['partner-a'] }, { clientId: undefined }, 'default'],
    ['one of the scopes', { scopes: ['x', 'read'] }, {}, 'special'],
    ['no scope', { scopes: ['read'] }, { tokenScope: [] }, 'default'],
    ['an empty list of clients', { clients: [] }, {}, 'default'],
    ['all of several', { issuers: ['callers'], clients: ['partner-a'] }, {}, 'special'],
    ['some of several', { issuers: ['callers'], clients: ['x'] }, {}, 'default'],
    ['an argument', HOST, callWith({ host: 'b' }), 'special'],
    ['a missing argument', HOST, callWith({}), 'default'],
    ['an argument, without arguments in the call', HOST, {}, 'default'],
    ['an argument with two values', HOST, callWith({ host: ['a', 'b'] }), 'default'],
    ['an argument with one value in a list', HOST, callWith({ host: ['a'] }), 'special'],
    ['a number', requires({ host: ['5'] }), callWith({ host: 5 }), 'default'],
    ['an inherited member', requires({ constructor: [''] }), callWith({}), 'default'],
    ['one of two', requires({ a: ['x'], b: ['x'] }), callWith({ a: 'x', b: 'y' }), 'default'],
  ])('is evaluated for %s', async (_case, condition, call, expected) => {
    expect(await chooseBackend(condition, call)).toBe(expected)
  })
})

describe('obtain', () => {
  it('denies a call that matches no backend', async () => {
    const { source } = createSource({ a: { ...CONDITION, clients: ['x'] } })

    expect(await source.obtain(callBy(), PLENTY_OF_TIME)).toStrictEqual(denied('backend_unmatched'))
  })
})

describe('prepare', () => {
  it.each<readonly [string, Readonly<Record<string, BackendCondition | undefined>>, string[]]>([
    ['a single backend', { a: undefined }, ['a']],
    ['nothing for a backend with a condition', { a: CONDITION }, []],
    ['nothing for several backends', { a: CONDITION, b: undefined }, []],
    ['nothing for several backends without conditions', { a: undefined, b: undefined }, []],
    ['nothing without backends', {}, []],
  ])('prepares %s', (_case, conditions, expected) => {
    const { source, prepared } = createSource(conditions)
    void source.prepare(PLENTY_OF_TIME)

    expect(prepared).toStrictEqual(expected)
  })

  it('returns the request that `obtain` waits for', async () => {
    const { source } = createSource({ a: undefined })
    const prepared = source.prepare(PLENTY_OF_TIME)

    expect(await source.obtain(callBy(), PLENTY_OF_TIME, prepared)).toStrictEqual(
      faulty('internal_error', { detail: 'prepared a' }),
    )
  })
})
