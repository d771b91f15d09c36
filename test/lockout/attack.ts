import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { KEY_OCID, PRIVATE_KEY } from '../e2e/support/assertions.ts'
import { startByHand } from '../e2e/support/by-hand.ts'
import type { RecordedRequest, Reply } from '../e2e/support/scripted-server.ts'
import type { World } from '../e2e/support/world.ts'

export const GRANTS = ['jwt_bearer', 'token_exchange'] as const

/** How the token endpoint fails. */
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

/** One instance of the function whose callers are distinguished by their tokens. */
export interface Scene {
  /** The verdict on a call with a new token of this user. */
  call(user: string): Promise<'permit' | 'deny' | 'fault'>
  /** From now on the token endpoint fails so for these users, and works for all others. */
  failFor(isAffected: (user: string) => boolean, failure: Reply): void
  /** Users in whose name the token endpoint was asked. */
  readonly asked: readonly string[]
  end(): Promise<void>
}

export async function startScene(world: World, grant: (typeof GRANTS)[number]): Promise<Scene> {
  world.vault.addSecret(KEY_OCID, PRIVATE_KEY)
  const instance = await startByHand({
    PATH: process.env['PATH'] ?? '',
    ...world.environment,
    back_end_grant: grant,
    ...(grant === 'jwt_bearer' ? { back_end_assertion_key_ocid: KEY_OCID } : {}),
  })
  const asked: string[] = []
  world.introspection.replyWith(({ form }) => ({
    body: world.activeAnswer({ sub: userOf(form['token']) }),
  }))
  const failFor: Scene['failFor'] = (isAffected, failure) => {
    world.tokenEndpoint.replyWith((request: RecordedRequest) => {
      const user = userBehind(request)
      asked.push(user)
      return isAffected(user)
        ? failure
        : { body: world.tokenAnswer({ issued_token_type: ACCESS_TOKEN }) }
    })
  }
  failFor(() => false, {})
  return {
    asked,
    failFor,
    call: async (user) => {
      const token = `Bearer ${user}.${randomBytes(12).toString('hex')}`
      const answer = await instance.callWith({ token })
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

function userBehind({ form }: RecordedRequest): string {
  const { assertion, subject_token: token } = form
  return assertion === undefined ? userOf(token) : (decodeJwt(assertion).sub ?? '')
}

export interface Attack {
  readonly failure: Reply
  readonly identities: number
  /** Calls per second, of all identities together. */
  readonly rate: number
  readonly users: number
  /** Calls of all users together, each by another user. */
  readonly usersPerSecond: number
}

/**
 * Attackers, for whom the token endpoint fails, call at a steady rate while users without a cached
 * token make their first call. Returns the share of users who met a fault, in percent.
 */
export async function measureAttack(scene: Scene, attack: Attack): Promise<number> {
  scene.failFor((user) => user.startsWith('attacker'), attack.failure)
  const calls: Promise<unknown>[] = []
  let number = 0
  const timer = setInterval(() => {
    calls.push(scene.call(`attacker-${number % attack.identities}`))
    number += 1
  }, 1000 / attack.rate)
  await delay(300)
  const verdicts: Promise<string>[] = []
  for (let user = 0; user < attack.users; user += 1) {
    verdicts.push(scene.call(`user-${randomBytes(6).toString('hex')}`))
    await delay(1000 / attack.usersPerSecond)
  }
  clearInterval(timer)
  await Promise.all(calls)
  const faults = (await Promise.all(verdicts)).filter((verdict) => verdict !== 'permit')
  return (100 * faults.length) / attack.users
}

export interface OutageMeasure {
  /** From the end of the outage to the last user's first permit. */
  readonly recoverySeconds: number
  /** Requests to the endpoint during the outage. */
  readonly requests: number
  readonly calls: number
}

/** All users call again and again through an outage of the endpoint and after it. */
export async function measureOutage(
  scene: Scene,
  { failure, users, outageSeconds }: { failure: Reply; users: number; outageSeconds: number },
): Promise<OutageMeasure> {
  scene.failFor(() => true, failure)
  const askedBefore = scene.asked.length
  let calls = 0
  let isOver = false
  const served = Array.from({ length: users }, async (_, number) => {
    for (;;) {
      calls += 1
      if ((await scene.call(`user-${number}`)) === 'permit') return performance.now()
      await delay(isOver ? 50 : 400)
    }
  })
  await delay(outageSeconds * 1000)
  const requests = scene.asked.length - askedBefore
  const callsBefore = calls
  isOver = true
  scene.failFor(() => false, {})
  const end = performance.now()
  const last = Math.max(...(await Promise.all(served)))
  return { recoverySeconds: (last - end) / 1000, requests, calls: callsBefore }
}
