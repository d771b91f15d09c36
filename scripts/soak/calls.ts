/** The calls of the soak, each with its expected result. */
import { callEcho, partnersToken, suppliersToken } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { ANOTHER_API_AUDIENCE } from '../../stack/registrations.ts'
import { oneOf, type SeededChance } from './chance.ts'
import { KEY_COOLDOWN_MILLISECONDS, type Issuer, type Troubles } from './troubles.ts'

export interface Counts {
  calls: number
  permits: number
  denials: number
  faults: number
  /** What must not have been; each with what came in place of what. */
  readonly wrong: string[]
}

export function newCounts(): Counts {
  return { calls: 0, permits: 0, denials: 0, faults: 0, wrong: [] }
}

interface Caller {
  readonly kind: string
  readonly issuer: Issuer
  /** Both issuers have the same `iss`: what the first does not know, the other is asked about. */
  readonly isOfNobody?: boolean
  readonly isGood: boolean
  readonly getToken: (stack: LocalStack) => Promise<string>
}

/** With another client in the payload, under the same signature. */
function altered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const forged = JSON.stringify({ ...claims, client_id: 'somebody-else' })
  return [header, Buffer.from(forged).toString('base64url'), signature].join('.')
}

const CALLERS: readonly [Caller, ...Caller[]] = [
  { kind: 'a partner', issuer: 'partners', isGood: true, getToken: partnersToken },
  { kind: 'a supplier', issuer: 'suppliers', isGood: true, getToken: suppliersToken },
  {
    kind: 'garbage',
    issuer: 'partners',
    isGood: false,
    getToken: () => Promise.resolve(`garbage-${Math.random()}`),
  },
  {
    kind: 'a token for another API',
    issuer: 'partners',
    isGood: false,
    getToken: (stack) =>
      stack.requestCallerToken(stack.registrations.stranger, `${ANOTHER_API_AUDIENCE}read`),
  },
  {
    kind: 'a revoked token',
    issuer: 'partners',
    // The partners' domain calls it inactive, and does not say whose it is.
    isOfNobody: true,
    isGood: false,
    getToken: async (stack) => {
      const token = await partnersToken(stack)
      await stack.callers.revoke(token)
      return token
    },
  },
  {
    kind: 'an altered token',
    issuer: 'suppliers',
    isOfNobody: true,
    isGood: false,
    getToken: async (stack) => altered(await suppliersToken(stack)),
  },
]

type Outcome = 'permit' | 'deny' | 'fault' | 'refused by OIC' | 'something else'

export async function callAndJudge(
  stack: LocalStack,
  troubles: Troubles,
  chance: SeededChance,
  counts: Counts,
): Promise<void> {
  const caller = oneOf(chance, CALLERS)
  const issuedAt = Date.now()
  let token: string
  try {
    token = await caller.getToken(stack)
  } catch {
    return // Its identity provider is away: it has no token to call with.
  }
  const begun = Date.now()
  const outcome = await outcomeOf(stack, token)
  counts.calls += 1
  if (outcome === 'permit') counts.permits += 1
  if (outcome === 'deny') counts.denials += 1
  if (outcome === 'fault') counts.faults += 1
  if (!allowed(caller, troubles, issuedAt, begun).includes(outcome)) {
    counts.wrong.push(`${caller.kind}: ${outcome}`)
  }
}

function allowed(
  { issuer, isGood, isOfNobody = false }: Caller,
  troubles: Troubles,
  issuedAt: number,
  begun: number,
): readonly Outcome[] {
  const right: readonly Outcome[] = [isGood ? 'permit' : 'deny']
  const asked: readonly Issuer[] = isOfNobody ? ['partners', 'suppliers'] : [issuer]
  const keyChangedAt = troubles.keyChangedAt(issuer)
  // The key went while the token was on its way, or is too new to have been looked for.
  const isKeyNews =
    keyChangedAt > issuedAt ||
    (issuer === 'suppliers' && begun < keyChangedAt + KEY_COOLDOWN_MILLISECONDS)
  return [
    ...right,
    ...(asked.some((each) => troubles.wereFelt(each, begun)) ? (['fault'] as const) : []),
    ...(isKeyNews ? (['deny', 'fault'] as const) : []),
  ]
}

async function outcomeOf(stack: LocalStack, token: string): Promise<Outcome> {
  const response = await callEcho(stack, token)
  const isOurs = response.headers.get('www-authenticate')?.includes('realm=') === true
  switch (response.status) {
    case 200:
      return 'permit'
    case 401:
    case 403:
      return isOurs ? 'deny' : 'refused by OIC'
    case 502:
      return 'fault'
    default:
      return 'something else'
  }
}
