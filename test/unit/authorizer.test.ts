import { describe, expect, it } from '@jest/globals'
import { createAuthorizer } from '../../src/authorizer.ts'
import type {
  BackendCall,
  BackendCredential,
  ObtainedCredential,
} from '../../src/backend/credential.ts'
import type { VerifiedCaller } from '../../src/caller/verified-caller.ts'
import { denial, fault, type Denial, type Fault } from '../../src/decision.ts'
import { numericDate, seconds, type Deadline } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../src/platform/result.ts'
import { jsonObject } from './support/tokens.ts'
import { deadlineWith, PLENTY_OF_TIME, START, StandingClock } from './support/time.ts'

const CALLER: VerifiedCaller = {
  issuer: 'callers',
  principal: 'jdoe',
  clientId: 'client-1',
  scope: ['read'],
  expiresAt: numericDate(START + 900),
  tokenScope: ['api.read'],
  contextValues: { tenant: 'acme' },
  claims: jsonObject({ sub: 'jdoe' }),
  cache: 'miss',
}

const CREDENTIAL: ObtainedCredential & BackendCredential = {
  authorization: new Redacted('Bearer back-end-token'),
  expiresAt: numericDate(START + 3600),
  backend: 'oic',
  cache: 'hit',
}

const CALLER_LOG = {
  tokenFingerprint: 'fingerprint of abc',
  issuer: 'callers',
  clientId: 'client-1',
  callerCache: 'miss',
} as const

interface Options {
  readonly caller?: Result<VerifiedCaller, Denial | Fault>
  readonly credential?: Result<ObtainedCredential & BackendCredential, Fault>
  readonly maxDecisionSeconds?: number
  /** Whether the verification sends a request. */
  readonly sendsRequest?: boolean
}

function createTestAuthorizer({
  caller = success(CALLER),
  credential = success(CREDENTIAL),
  maxDecisionSeconds = 3600,
  sendsRequest = false,
}: Options = {}) {
  const steps: string[] = []
  const calls: BackendCall[] = []
  const deadlines: Deadline[] = []
  const authorize = createAuthorizer({
    verifyCaller: (token, deadline, beforeRequest) => {
      if (sendsRequest) beforeRequest()
      steps.push(`verify ${token.reveal()}`)
      deadlines.push(deadline)
      return Promise.resolve(caller)
    },
    credentials: {
      prepare: () => {
        steps.push('prepare')
        return Promise.resolve(credential)
      },
      obtain: (call, deadline, prepared) => {
        steps.push(prepared === undefined ? 'obtain' : 'obtain prepared')
        calls.push(call)
        deadlines.push(deadline)
        return Promise.resolve(credential)
      },
    },
    fingerprint: (token) => `fingerprint of ${token.reveal()}`,
    clock: new StandingClock(),
    tokenArgument: 'token',
    maxDecision: seconds(maxDecisionSeconds),
  })
  const decide = (data: object = { token: 'Bearer abc' }, deadline = PLENTY_OF_TIME) =>
    authorize(Buffer.from(JSON.stringify({ type: 'USER_DEFINED', data })), deadline)
  return { authorize, decide, steps, calls, deadlines }
}

describe('the authorizer', () => {
  it('verifies the caller, then obtains the credential, then permits', async () => {
    const { decide, steps } = createTestAuthorizer()

    const decision = await decide()

    expect(steps).toStrictEqual(['verify abc', 'obtain'])
    expect(decision).toStrictEqual({
      outcome: 'permit',
      reason: 'permitted',
      principal: 'jdoe',
      clientId: 'client-1',
      scope: ['read'],
      expiresAt: START + 900,
      authorization: CREDENTIAL.authorization,
      contextValues: { tenant: 'acme' },
      logContext: { ...CALLER_LOG, backend: 'oic', backendCache: 'hit' },
    })
    expect(decision.outcome === 'permit' && decision.authorization.reveal()).toBe(
      'Bearer back-end-token',
    )
  })

  it('logs no client if the token has none', async () => {
    const { decide } = createTestAuthorizer({ caller: success({ ...CALLER, clientId: undefined }) })

    const { logContext } = await decide()

    expect(Object.keys(logContext)).not.toContain('clientId')
  })

  it.each([
    ['a permit', 'Bearer abc', {}],
    ['a denied caller', 'Bearer abc', { caller: failure(denial('token_expired')) }],
    ['a fault', 'Bearer abc', { credential: failure(fault('credential_refused')) }],
    ['a missing token', '', {}],
  ])('logs the request ID of the gateway if there is one: %s', async (_case, token, options) => {
    const { decide } = createTestAuthorizer(options)
    const logged = async (more: object) => (await decide({ token, ...more })).logContext

    expect(await logged({ opc_request_id: 'a/b' })).toMatchObject({ requestId: 'a/b' })
    expect(Object.keys(await logged({}))).not.toContain('requestId')
  })

  it('prepares a credential only if the verification sends a request', async () => {
    const requesting = createTestAuthorizer({ sendsRequest: true })
    const cached = createTestAuthorizer()

    await requesting.decide()
    await cached.decide()

    expect(requesting.steps).toStrictEqual(['prepare', 'verify abc', 'obtain prepared'])
    expect(cached.steps).toStrictEqual(['verify abc', 'obtain'])
  })

  it('passes the caller and the other arguments to the backends', async () => {
    const { decide, calls } = createTestAuthorizer()

    await decide({ token: 'Bearer abc', host: 'api.example' })

    expect(calls).toStrictEqual([
      {
        token: new Redacted('abc'),
        issuer: 'callers',
        clientId: 'client-1',
        tokenScope: ['api.read'],
        claims: CALLER.claims,
        arguments: { host: 'api.example' },
      },
    ])
    expect(calls[0]?.token.reveal()).toBe('abc')
  })

  it.each([
    ['the expiry of the caller’s token', 900, 3600, 3600, 900],
    ['one minute before the expiry of the credential', 900, 300, 3600, 240],
    ['the longest decision', 900, 3600, 120, 120],
  ])('permits until %s', async (_case, caller, credential, longest, expected) => {
    const { decide } = createTestAuthorizer({
      caller: success({ ...CALLER, expiresAt: numericDate(START + caller) }),
      credential: success({ ...CREDENTIAL, expiresAt: numericDate(START + credential) }),
      maxDecisionSeconds: longest,
    })

    expect(await decide()).toMatchObject({ expiresAt: START + expected })
  })

  it.each([
    [undefined, 'token_missing'],
    ['', 'token_missing'],
    ['Basic abc', 'scheme_unsupported'],
    [['Bearer a', 'Bearer b'], 'token_repeated'],
    ['Bearer a b', 'token_malformed'],
    ['Bearer a\r\nb', 'token_malformed'],
    [`Bearer ${'a'.repeat(20_000)}`, 'token_too_long'],
  ])('verifies nothing for an invalid token argument: %j', async (token, reason) => {
    const { decide, steps } = createTestAuthorizer()

    expect(await decide({ token })).toStrictEqual(denial(reason as Denial['reason']))
    expect(steps).toStrictEqual([])
  })

  it('verifies nothing for a malformed payload', async () => {
    const { authorize, steps } = createTestAuthorizer()

    expect(await authorize(Buffer.from('not JSON'), PLENTY_OF_TIME)).toStrictEqual(
      denial('request_malformed'),
    )
    expect(steps).toStrictEqual([])
  })

  it.each([
    denial('token_inactive', { issuer: 'callers', callerCache: 'miss' }),
    { ...denial('scope_insufficient'), requiredScopes: ['write'] },
    fault('introspection_unavailable', { detail: 'timed_out' }),
  ])('obtains no credential for a caller that is not verified: $reason', async (decision) => {
    const { decide, steps } = createTestAuthorizer({ caller: failure(decision) })

    expect(await decide()).toStrictEqual({
      ...decision,
      logContext: { ...decision.logContext, tokenFingerprint: 'fingerprint of abc' },
    })
    expect(steps).toStrictEqual(['verify abc'])
  })

  it('returns the fault of the backend, with the caller in the log', async () => {
    const backendLog = { detail: 'invalid_scope', backend: 'oic' }
    const { decide } = createTestAuthorizer({
      credential: failure(fault('credential_refused', backendLog)),
    })

    expect(await decide()).toStrictEqual(
      fault('credential_refused', { ...CALLER_LOG, ...backendLog }),
    )
  })

  it('passes the deadline of the call to each step', async () => {
    const { decide, deadlines } = createTestAuthorizer()
    const deadline = deadlineWith(1234)

    await decide(undefined, deadline)

    expect(deadlines).toStrictEqual([deadline, deadline])
    expect(deadlines.every((given) => given === deadline)).toBe(true)
  })
})
