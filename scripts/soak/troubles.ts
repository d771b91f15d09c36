/** The failures that the soak injects, and until when each may affect a call. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { oneOf, type SeededChance } from './chance.ts'

/** Whose calls a trouble may turn into faults. */
export type Issuer = 'partners' | 'suppliers'

export interface Troubles {
  /** How often each came. */
  readonly counts: ReadonlyMap<string, number>
  readonly ended: Promise<void>
  /** Whether a call of this issuer, begun at this instant, may have met a trouble. */
  wereFelt(issuer: Issuer, sinceMilliseconds: number): boolean
  /** When this issuer's signing key was last changed; tokens from before it may be worthless. */
  keyChangedAt(issuer: Issuer): number
}

/** After a trouble, pauses pass before everything works again: ten seconds for a secret, and some. */
const AFTERMATH_MILLISECONDS = 16_000

/** For so long after a key was replaced, its new tokens may be denied (see `signing-keys.ts`). */
export const KEY_COOLDOWN_MILLISECONDS = 12_000

const BOTH: readonly Issuer[] = ['partners', 'suppliers']

interface Trouble {
  readonly name: string
  readonly touches: readonly Issuer[]
  readonly happen: (milliseconds: number) => Promise<void>
}

export function startTroubles(
  stack: LocalStack,
  chance: SeededChance,
  endMilliseconds: number,
): Troubles {
  const counts = new Map<string, number>()
  const feltUntil: Record<Issuer, number> = { partners: 0, suppliers: 0 }
  const keyChanges: Record<Issuer, number> = { partners: 0, suppliers: 0 }
  const troubles = listTroubles(stack, (issuer) => (keyChanges[issuer] = Date.now()))

  const run = async (): Promise<void> => {
    // The first calls find everything in order.
    await delay(2_000)
    while (Date.now() < endMilliseconds - 5_000) {
      const trouble = oneOf(chance, troubles)
      counts.set(trouble.name, (counts.get(trouble.name) ?? 0) + 1)
      for (const issuer of trouble.touches) feltUntil[issuer] = Number.POSITIVE_INFINITY
      await trouble.happen(200 + chance() * 2_000)
      for (const issuer of trouble.touches) feltUntil[issuer] = Date.now() + AFTERMATH_MILLISECONDS
      // Long enough now and then for the aftermath to pass: calls are good again then.
      await delay(chance() < 0.3 ? AFTERMATH_MILLISECONDS + 5_000 : chance() * 3_000)
    }
  }
  return {
    counts,
    ended: run(),
    wereFelt: (issuer, since) => since < feltUntil[issuer],
    keyChangedAt: (issuer) => keyChanges[issuer],
  }
}

function listTroubles(
  stack: LocalStack,
  noteKeyChange: (issuer: Issuer) => void,
): readonly [Trouble, ...Trouble[]] {
  const { callers, otherCallers, oicDomain, vault, registrations, authorizer } = stack
  const away =
    (domain: typeof callers): Trouble['happen'] =>
    async (milliseconds) => {
      await domain.pause()
      await delay(milliseconds)
      await domain.resume()
    }
  const newKey = (domain: typeof callers, issuer: Issuer): Trouble => ({
    name: `${issuer}’ signing key changed`,
    touches: [],
    happen: () => {
      domain.rotateSigningKey()
      noteKeyChange(issuer)
      return Promise.resolve()
    },
  })
  const newSecret = () => randomBytes(18).toString('base64url')
  return [
    { name: 'partners’ identity provider away', touches: ['partners'], happen: away(callers) },
    {
      name: 'suppliers’ identity provider away',
      touches: ['suppliers'],
      happen: away(otherCallers),
    },
    { name: 'OIC’s identity domain away', touches: BOTH, happen: away(oicDomain) },
    {
      name: 'Vault away',
      touches: BOTH,
      happen: async (milliseconds) => {
        vault.failWith(503)
        await delay(milliseconds)
        vault.failWith(undefined)
      },
    },
    {
      name: 'secret rotated: identity provider first',
      touches: BOTH,
      happen: async (milliseconds) => {
        const secret = newSecret()
        callers.setClientSecret(registrations.introspector.clientId, secret)
        otherCallers.setClientSecret(registrations.introspector.clientId, secret)
        await delay(milliseconds)
        vault.rotate(SECRET_OCIDS.introspection, secret)
      },
    },
    {
      name: 'secret rotated: Vault first',
      touches: BOTH,
      happen: async (milliseconds) => {
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
      touches: [],
      happen: async (milliseconds) => {
        authorizer.freeze()
        await delay(milliseconds)
      },
    },
  ]
}
