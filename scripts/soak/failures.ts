/** Injects the failures of the soak, and records how long each may affect calls. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { oneOf, type Random } from './random.ts'

/** The issuer of the calls that a failure may affect. */
export type Issuer = 'partners' | 'suppliers'

export interface Failures {
  /** How often each was injected. */
  readonly counts: ReadonlyMap<string, number>
  readonly ended: Promise<void>
  /** Whether a failure may affect a call of this issuer that started at this time. */
  mayAffect(issuer: Issuer, startedAt: number): boolean
  /** When this issuer's signing key last changed; tokens from before may be invalid. */
  keyChangedAt(issuer: Issuer): number
}

/** How long after a failure calls may still fail: the function reads a secret again after ten seconds. */
const RECOVERY_MILLISECONDS = 16_000

/** How long new tokens may be denied after a key was replaced (see `signing-keys.ts`). */
export const KEY_COOLDOWN_MILLISECONDS = 12_000

export const BOTH: readonly Issuer[] = ['partners', 'suppliers']

interface Failure {
  readonly name: string
  readonly affects: readonly Issuer[]
  readonly inject: (milliseconds: number) => Promise<void>
}

export function injectFailures(
  stack: LocalStack,
  random: Random,
  endMilliseconds: number,
): Failures {
  const counts = new Map<string, number>()
  const affectedUntil: Record<Issuer, number> = { partners: 0, suppliers: 0 }
  const keyChanges: Record<Issuer, number> = { partners: 0, suppliers: 0 }
  const failures = listFailures(stack, (issuer) => (keyChanges[issuer] = Date.now()))

  const run = async (): Promise<void> => {
    // The first calls are without failures.
    await delay(2_000)
    while (Date.now() < endMilliseconds - 5_000) {
      const { name, affects, inject } = oneOf(random, failures)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      for (const issuer of affects) affectedUntil[issuer] = Number.POSITIVE_INFINITY
      await inject(200 + random() * 2_000)
      for (const issuer of affects) affectedUntil[issuer] = Date.now() + RECOVERY_MILLISECONDS
      // Sometimes long enough to check that calls succeed again.
      await delay(random() < 0.3 ? RECOVERY_MILLISECONDS + 5_000 : random() * 3_000)
    }
  }
  return {
    counts,
    ended: run(),
    mayAffect: (issuer, startedAt) => startedAt < affectedUntil[issuer],
    keyChangedAt: (issuer) => keyChanges[issuer],
  }
}

function listFailures(
  stack: LocalStack,
  recordKeyChange: (issuer: Issuer) => void,
): readonly [Failure, ...Failure[]] {
  const { callers, otherCallers, oicDomain, vault, registrations, authorizer } = stack
  const down = (name: string, domain: typeof callers, affects: readonly Issuer[]): Failure => ({
    name: `${name} identity domain down`,
    affects,
    inject: async (milliseconds) => {
      await domain.pause()
      await delay(milliseconds)
      await domain.resume()
    },
  })
  const newKey = (domain: typeof callers, issuer: Issuer): Failure => ({
    name: `${issuer}’ signing key changed`,
    affects: [],
    inject: () => {
      domain.rotateSigningKey()
      recordKeyChange(issuer)
      return Promise.resolve()
    },
  })
  const newSecret = () => randomBytes(18).toString('base64url')
  return [
    down('partners’', callers, ['partners']),
    down('suppliers’', otherCallers, ['suppliers']),
    down('OIC’s', oicDomain, BOTH),
    {
      name: 'Vault down',
      affects: BOTH,
      inject: async (milliseconds) => {
        vault.failWith(503)
        await delay(milliseconds)
        vault.failWith(undefined)
      },
    },
    {
      name: 'secret rotated: identity provider first',
      affects: BOTH,
      inject: async (milliseconds) => {
        const secret = newSecret()
        callers.setClientSecret(registrations.introspector.clientId, secret)
        otherCallers.setClientSecret(registrations.introspector.clientId, secret)
        await delay(milliseconds)
        vault.rotate(SECRET_OCIDS.introspection, secret)
      },
    },
    {
      name: 'secret rotated: Vault first',
      affects: BOTH,
      inject: async (milliseconds) => {
        const secret = newSecret()
        vault.rotate(SECRET_OCIDS.backend, secret)
        await delay(milliseconds)
        oicDomain.setClientSecret(registrations.oicInvoker.clientId, secret)
      },
    },
    newKey(callers, 'partners'),
    newKey(otherCallers, 'suppliers'),
    {
      name: 'instances frozen',
      affects: [],
      inject: async (milliseconds) => {
        authorizer.freeze()
        await delay(milliseconds)
      },
    },
  ]
}
