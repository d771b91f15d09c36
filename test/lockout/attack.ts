import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { KEY_OCID, PRIVATE_KEY } from '../e2e/support/assertions.ts'
import { startFunctionProcess } from '../e2e/support/function-process.ts'
import type { Harness } from '../e2e/support/harness.ts'
import type { RecordedRequest, Reply } from '../e2e/support/scripted-server.ts'

export const GRANTS = ['jwt_bearer', 'token_exchange'] as const

/** The failures of the token endpoint. */
export const FAILURES = {
  'status 500': { status: 500 },
  unauthorized_client: { status: 400, body: { error: 'unauthorized_client' } },
  '401 access_denied': { status: 401, body: { error: 'access_denied' } },
  '429 with Retry-After': { status: 429, headers: { 'retry-after': '300' } },
  '503 with Retry-After': { status: 503, headers: { 'retry-after': '300' } },
} as const satisfies Readonly<Record<string, Reply>>

/** Every grant with every failure. */
export const CASES = GRANTS.flatMap((grant) =>
  Object.entries(FAILURES).map(([name, failure]) => ({ grant, name, failure })),
)

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

export type LockoutTest = Awaited<ReturnType<typeof startLockoutTest>>

/** Starts one instance of the function. The tokens of its callers contain the user. */
export async function startLockoutTest(harness: Harness, grant: (typeof GRANTS)[number]) {
  harness.vault.addSecret(KEY_OCID, PRIVATE_KEY)
  const instance = await startFunctionProcess({
    PATH: process.env['PATH'] ?? '',
    ...harness.environment,
    back_end_grant: grant,
    ...(grant === 'jwt_bearer' ? { back_end_assertion_key_ocid: KEY_OCID } : {}),
  })
  const requestedUsers: string[] = []
  harness.introspection.replyWith(({ form }) => ({
    body: harness.activeAnswer({ sub: userOf(form['token']) }),
  }))
  const failFor = (isAffected: (user: string) => boolean, failure: Reply): void => {
    harness.tokenEndpoint.replyWith((request) => {
      const user = requestedUser(request)
      requestedUsers.push(user)
      return isAffected(user)
        ? failure
        : { body: harness.tokenAnswer({ issued_token_type: ACCESS_TOKEN }) }
    })
  }
  failFor(() => false, {})
  return {
    /** The users of all token requests. */
    requestedUsers,
    /** From now on the token endpoint fails for these users, and responds to all others. */
    failFor,
    /** The outcome of a call with a new token of this user. */
    call: async (user: string): Promise<'permit' | 'deny' | 'fault'> => {
      const answer = await instance.decide(`${user}.${randomBytes(12).toString('hex')}`)
      if (answer.status !== 200) return 'fault'
      const { active } = JSON.parse(answer.body) as { readonly active: boolean }
      return active ? 'permit' : 'deny'
    },
    end: () => instance.end(),
  }
}

function userOf(token = ''): string {
  return token.split('.')[0] ?? ''
}

function requestedUser({ form }: RecordedRequest): string {
  const { assertion, subject_token: token } = form
  return assertion === undefined ? userOf(token) : (decodeJwt(assertion).sub ?? '')
}

export interface Attack {
  readonly failure: Reply
  readonly attackers: number
  /** Calls of all attackers together. */
  readonly callsPerSecond: number
  readonly users: number
  /** Each user makes one call. */
  readonly usersPerSecond: number
}

/**
 * Attackers, for whom the token endpoint fails, call at a steady rate, while users without a cached
 * token make their first call. Returns the percentage of users whose call was a fault.
 */
export async function measureAttack(lockout: LockoutTest, attack: Attack): Promise<number> {
  lockout.failFor((user) => user.startsWith('attacker'), attack.failure)
  const calls: Promise<unknown>[] = []
  const timer = setInterval(() => {
    calls.push(lockout.call(`attacker-${calls.length % attack.attackers}`))
  }, 1000 / attack.callsPerSecond)
  await delay(300)
  const outcomes: Promise<string>[] = []
  for (let user = 0; user < attack.users; user += 1) {
    outcomes.push(lockout.call(`user-${randomBytes(6).toString('hex')}`))
    await delay(1000 / attack.usersPerSecond)
  }
  clearInterval(timer)
  await Promise.all(calls)
  const faults = (await Promise.all(outcomes)).filter((outcome) => outcome !== 'permit')
  return (100 * faults.length) / attack.users
}

/** All users call repeatedly during an outage of the token endpoint and after it. */
export async function measureOutage(
  lockout: LockoutTest,
  { failure, users, outageSeconds }: { failure: Reply; users: number; outageSeconds: number },
) {
  lockout.failFor(() => true, failure)
  const requestsBefore = lockout.requestedUsers.length
  let calls = 0
  let isOver = false
  const firstPermits = Array.from({ length: users }, async (_, number) => {
    for (;;) {
      calls += 1
      if ((await lockout.call(`user-${number}`)) === 'permit') return performance.now()
      await delay(isOver ? 50 : 400)
    }
  })
  await delay(outageSeconds * 1000)
  /** During the outage. */
  const counts = { requests: lockout.requestedUsers.length - requestsBefore, calls }
  isOver = true
  lockout.failFor(() => false, {})
  const end = performance.now()
  const last = Math.max(...(await Promise.all(firstPermits)))
  return { recoverySeconds: (last - end) / 1000, ...counts }
}
