import { describe, expect, it } from '@jest/globals'
import { createCredentialCache } from '../../../src/backend/credential-cache.ts'
import type {
  BackendCall,
  BackendCredential,
  CredentialFailure,
  CredentialRequest,
  ObtainedCredential,
} from '../../../src/backend/credential.ts'
import { denial, fault, type Denial, type Fault } from '../../../src/decision.ts'
import { later, seconds, type Deadline } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { deadlineWith, PLENTY_OF_TIME, StandingClock } from '../support/time.ts'
import { callBy } from '../support/tokens-for-backends.ts'

const MIN_LIFETIME_SECONDS = 120

interface Options {
  readonly lifetimeSeconds?: number
  /** Whether each caller has a credential of its own, by `clientId`. */
  readonly isUserBound?: boolean
  /** A chance of 1 makes renewals late and pauses long. */
  readonly chance?: number
}

/** A cache over a grant whose n-th token is `Bearer n` for a subject, unless it fails. */
function cacheOver({ lifetimeSeconds = 3600, isUserBound = false, chance = 1 }: Options = {}) {
  const clock = new StandingClock()
  const grant = {
    requests: [] as string[],
    deadlines: [] as Deadline[],
    failing: undefined as CredentialFailure | undefined,
    lifetimeSeconds,
    /** Requests are answered only when this is called. */
    release: undefined as (() => void) | undefined,
  }
  const issued: string[] = []
  const requestOf = (name: string): CredentialRequest => ({
    key: name,
    caller: name,
    send: async (deadline) => {
      grant.requests.push(name)
      grant.deadlines.push(deadline)
      const number = grant.requests.length
      if (held) await new Promise<void>((resolve) => (grant.release = resolve))
      if (grant.failing !== undefined) return failure(grant.failing)
      return success<BackendCredential>({
        authorization: new Redacted(`Bearer ${number}`),
        expiresAt: later(clock.now(), seconds(grant.lifetimeSeconds)),
      })
    },
  })
  const application = isUserBound ? undefined : requestOf('application')
  const requestFor = ({ clientId }: BackendCall): Result<CredentialRequest, Denial> => {
    if (application !== undefined) return success(application)
    return clientId === undefined
      ? failure(denial('subject_missing'))
      : success(requestOf(clientId))
  }
  let held = false
  const source = createCredentialCache(
    {
      backend: 'oic',
      minLifetime: seconds(MIN_LIFETIME_SECONDS),
      onIssued: ({ authorization }) => issued.push(authorization.reveal()),
    },
    { requestFor, application },
    { clock, chance: () => chance },
  )
  const obtain = (
    clientId?: string,
    deadline = PLENTY_OF_TIME,
    prepared?: ReturnType<typeof source.prepare>,
  ) => source.obtain(callBy({ clientId: clientId ?? 'partner-a' }), deadline, prepared)
  return {
    clock,
    grant,
    issued,
    source,
    obtain,
    hold: () => {
      held = true
    },
  }
}

function summaryOf(obtained: Result<ObtainedCredential, Denial | Fault>) {
  return obtained.ok
    ? `${obtained.value.authorization.reveal()} ${obtained.value.cache}`
    : obtained.error.reason
}

const DOWN: CredentialFailure = {
  fault: fault('token_endpoint_unavailable', { detail: 'status_503' }),
  reach: 'unclear',
}
const REFUSED: CredentialFailure = {
  fault: fault('credential_refused', { detail: 'invalid_grant' }),
  reach: 'caller',
}

/** The instant of the renewal of a token of 3,600 s, with the latest chance. */
const RENEWAL_SECONDS = (3600 - MIN_LIFETIME_SECONDS) * 0.9

describe('the cache of the backend’s credential', () => {
  it('requests once and returns the same credential until its renewal is due', async () => {
    const { clock, grant, obtain } = cacheOver()

    expect(summaryOf(await obtain())).toBe('Bearer 1 miss')
    clock.advance(RENEWAL_SECONDS - 0.1)
    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    expect(grant.requests).toHaveLength(1)
  })

  it.each([
    [0, 0.8],
    [0.5, 0.85],
    [1, 0.9],
  ])('renews ahead of the end, by a chance of %d at %d of its service', async (chance, share) => {
    const { clock, obtain } = cacheOver({ chance })
    await obtain()

    clock.advance((3600 - MIN_LIFETIME_SECONDS) * share - 0.1)
    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    clock.advance(0.1)
    expect(summaryOf(await obtain())).toBe('Bearer 2 miss')
    expect(summaryOf(await obtain())).toBe('Bearer 2 hit')
  })

  it('returns the old credential to all others while one call renews it', async () => {
    const { clock, grant, obtain, hold } = cacheOver()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    hold()

    const renewing = obtain()
    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    grant.release?.()
    expect(summaryOf(await renewing)).toBe('Bearer 2 miss')
    expect(grant.requests).toHaveLength(2)
  })

  it('limits a renewal to two seconds of its call', async () => {
    const { clock, grant, obtain } = cacheOver()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    await obtain()

    expect(grant.deadlines.map((deadline) => deadline.remaining())).toStrictEqual([60_000, 2_000])
  })

  it('hands out the old credential through an outage as long as it lives long enough', async () => {
    const { clock, grant, obtain } = cacheOver()
    await obtain()
    grant.failing = DOWN

    clock.advance(3600 - MIN_LIFETIME_SECONDS - 0.1)
    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    clock.advance(0.1)
    expect(summaryOf(await obtain())).toBe('token_endpoint_unavailable')
  })

  it('never returns a credential with less than the minimum lifetime, which is a fault', async () => {
    const { obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS - 0.1 })

    expect(await obtain()).toStrictEqual(
      failure(fault('credential_too_short_lived', { backend: 'oic', backendCache: 'miss' })),
    )
  })

  it('hands out what lives exactly as long as the least', async () => {
    expect(summaryOf(await cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS }).obtain())).toBe(
      'Bearer 1 miss',
    )
  })

  it('names the backend', async () => {
    expect(await cacheOver().obtain()).toMatchObject({ ok: true, value: { backend: 'oic' } })
  })

  it('requests once for 200 calls at the same time', async () => {
    const { grant, obtain } = cacheOver()

    const all = await Promise.all(Array.from({ length: 200 }, () => obtain()))

    expect(grant.requests).toHaveLength(1)
    expect(new Set(all.map(summaryOf))).toStrictEqual(new Set(['Bearer 1 miss']))
  })

  it('passes each new credential to the check', async () => {
    const { clock, issued, obtain } = cacheOver()
    await obtain()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    await obtain()

    expect(issued).toStrictEqual(['Bearer 1', 'Bearer 2'])
  })
})

describe('a failed request for a credential', () => {
  it('is returned to all waiting calls and not cached: the next call requests a new token', async () => {
    const { grant, obtain } = cacheOver()
    grant.failing = REFUSED
    const all = await Promise.all([obtain(), obtain()])
    grant.failing = undefined

    const logContext = { backend: 'oic', backendCache: 'miss', detail: 'invalid_grant' } as const
    const refused = failure(fault('credential_refused', logContext))
    expect(all).toStrictEqual([refused, refused])
    expect(summaryOf(await obtain())).toBe('Bearer 2 miss')
  })

  it('#45 is followed by ever longer pauses once there were a few, the longest a second', async () => {
    const { clock, grant, obtain } = cacheOver()
    grant.failing = DOWN
    for (let failures = 0; failures < 6; failures += 1) await obtain()
    const pauses: number[] = []
    for (let pause = 0; pauses.length < 7;) {
      const before = grant.requests.length
      expect(summaryOf(await obtain())).toBe('token_endpoint_unavailable')
      if (grant.requests.length > before) {
        pauses.push(pause)
        pause = 0
      }
      clock.advance(0.5)
      pause += 0.5
    }

    expect(pauses).toStrictEqual([0.5, 1, 1, 1, 1, 1, 1])
  })

  it.each([5, 100])('sends no request for the %d s that the endpoint asks for', async (wanted) => {
    const { clock, grant, obtain } = cacheOver()
    grant.failing = { ...DOWN, retryAfter: seconds(wanted) }
    await obtain()
    grant.failing = undefined

    clock.advance(wanted - 0.1)
    expect(summaryOf(await obtain())).toBe('token_endpoint_unavailable')
    clock.advance(0.1)
    expect(summaryOf(await obtain())).toBe('Bearer 2 miss')
  })

  it('does not renew during a pause: the old credential is used', async () => {
    const { clock, grant, obtain } = cacheOver()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    grant.failing = { ...DOWN, retryAfter: seconds(30) }

    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    expect(grant.requests).toHaveLength(2)
  })

  it.each([DOWN, REFUSED])('ends with the first success: $fault.reason', async (failing) => {
    const { clock, grant, obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS })
    grant.failing = failing
    for (let failures = 0; failures < 5; failures += 1) await obtain()
    grant.failing = undefined
    expect(summaryOf(await obtain())).toBe('Bearer 6 miss')

    clock.advance(1)
    grant.failing = failing
    await obtain()
    grant.failing = undefined
    expect(summaryOf(await obtain())).toBe('Bearer 8 miss')
  })

  it('of one caller pauses only that caller’s requests', async () => {
    const outcomes = await Promise.all(
      [DOWN, REFUSED].map(async (failing) => {
        const { grant, obtain } = cacheOver({ isUserBound: true })
        grant.failing = failing
        for (let failures = 0; failures < 6; failures += 1) await obtain('ann')
        grant.failing = undefined
        return [summaryOf(await obtain('ann')), summaryOf(await obtain('bob'))]
      }),
    )

    expect(outcomes).toStrictEqual([
      ['token_endpoint_unavailable', 'Bearer 7 miss'],
      ['credential_refused', 'Bearer 7 miss'],
    ])
  })
})

describe('credentials in the names of callers', () => {
  it('#52 are separate for each caller', async () => {
    const { grant, obtain } = cacheOver({ isUserBound: true })

    expect([summaryOf(await obtain('ann')), summaryOf(await obtain('bob'))]).toStrictEqual([
      'Bearer 1 miss',
      'Bearer 2 miss',
    ])
    expect([summaryOf(await obtain('ann')), summaryOf(await obtain('bob'))]).toStrictEqual([
      'Bearer 1 hit',
      'Bearer 2 hit',
    ])
    expect(grant.requests).toStrictEqual(['ann', 'bob'])
  })

  it('#52 are not shared even while they are under way', async () => {
    const { obtain } = cacheOver({ isUserBound: true })

    const all = await Promise.all(['ann', 'bob', 'ann'].map((user) => obtain(user)))

    expect(all.map(summaryOf)).toStrictEqual(['Bearer 1 miss', 'Bearer 2 miss', 'Bearer 1 miss'])
  })

  it('push the least recently used out when there are too many', async () => {
    const { obtain } = cacheOver({ isUserBound: true })
    await obtain('first')
    await obtain('second')
    for (let user = 0; user < 998; user += 1) await obtain(`user ${user}`)
    await obtain('first')

    await obtain('one more')

    expect(summaryOf(await obtain('first'))).toBe('Bearer 1 hit')
    expect(summaryOf(await obtain('second'))).toMatch(/ miss$/)
  })

  it('are denied to who has no name, and named with the backend', async () => {
    const { source } = cacheOver({ isUserBound: true })

    expect(await source.obtain(callBy({ clientId: undefined }), PLENTY_OF_TIME)).toStrictEqual(
      failure(denial('subject_missing', { backend: 'oic' })),
    )
  })
})

describe('a credential that is prepared', () => {
  it('is fetched once for the decision that prepares it, which logs a miss', async () => {
    const { grant, source, obtain } = cacheOver()
    const deadline = deadlineWith(1_000)

    const prepared = source.prepare(deadline)
    await new Promise(setImmediate)
    expect(grant.requests).toHaveLength(1)
    expect(summaryOf(await obtain(undefined, deadline, prepared))).toBe('Bearer 1 miss')
    expect(summaryOf(await obtain())).toBe('Bearer 1 hit')
    expect(grant.requests).toHaveLength(1)
  })

  it('is not used if it has expired too far when the caller is verified', async () => {
    const { clock, source, obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS })
    const deadline = deadlineWith(10_000)

    const prepared = source.prepare(deadline)
    clock.advance(1)
    expect(summaryOf(await obtain(undefined, deadline, prepared))).toBe(
      'credential_too_short_lived',
    )
  })

  it('is requested once if that fails, and the decision has the failure', async () => {
    const { grant, source, obtain } = cacheOver()
    const deadline = deadlineWith(1_000)
    grant.failing = REFUSED

    const prepared = source.prepare(deadline)
    expect(summaryOf(await obtain(undefined, deadline, prepared))).toBe('credential_refused')
    expect(grant.requests).toHaveLength(1)
  })

  it('is requested once after a failure, however many bad callers come', async () => {
    const { clock, grant, source } = cacheOver()
    grant.failing = DOWN

    for (let caller = 0; caller < 100; caller += 1) {
      void source.prepare(deadlineWith(1_000))
      await Promise.resolve()
      clock.advance(60)
    }

    expect(grant.requests).toHaveLength(1)
  })

  it('is prepared once per lifetime', async () => {
    const { clock, grant, source } = cacheOver()

    for (let minutes = 0; minutes < 180; minutes += 1) {
      void source.prepare(deadlineWith(1_000))
      await new Promise(setImmediate)
      clock.advance(60)
    }

    // 3 hours of tokens that serve 58 minutes each.
    expect(grant.requests).toHaveLength(4)
  })

  it('does not exist where it depends on the caller', () => {
    const { grant, source } = cacheOver({ isUserBound: true })

    void source.prepare(deadlineWith(1_000))

    expect(grant.requests).toHaveLength(0)
  })
})
