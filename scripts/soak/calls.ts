/** The calls of the soak, each with its expected result. */
import { callEcho, partnersToken, suppliersToken } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { ANOTHER_API_AUDIENCE } from '../../stack/registrations.ts'
import { oneOf, type Random } from './random.ts'
import { BOTH, KEY_COOLDOWN_MILLISECONDS, type Failures, type Issuer } from './failures.ts'

export interface Counts {
  calls: number
  permits: number
  denials: number
  faults: number
  /** Unexpected outcomes: `a partner: deny`. */
  readonly wrong: string[]
}

export function newCounts(): Counts {
  return { calls: 0, permits: 0, denials: 0, faults: 0, wrong: [] }
}

interface Caller {
  readonly kind: string
  readonly issuer: Issuer
  /** Both issuers have the same `iss`, so a token that the first does not recognize goes to the other. */
  readonly isUnrecognized?: boolean
  readonly isValid: boolean
  readonly getToken: (stack: LocalStack) => Promise<string>
}

/** Changes the client in the payload and keeps the signature. */
function altered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const changed = JSON.stringify({ ...claims, client_id: 'another-client' })
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.')
}

const CALLERS: readonly [Caller, ...Caller[]] = [
  { kind: 'a partner', issuer: 'partners', isValid: true, getToken: partnersToken },
  { kind: 'a supplier', issuer: 'suppliers', isValid: true, getToken: suppliersToken },
  {
    kind: 'garbage',
    issuer: 'partners',
    isValid: false,
    getToken: () => Promise.resolve(`garbage-${Math.random()}`),
  },
  {
    kind: 'a token for another API',
    issuer: 'partners',
    isValid: false,
    getToken: (stack) =>
      stack.requestCallerToken(stack.registrations.stranger, `${ANOTHER_API_AUDIENCE}read`),
  },
  {
    kind: 'a revoked token',
    issuer: 'partners',
    isUnrecognized: true,
    isValid: false,
    getToken: async (stack) => {
      const token = await partnersToken(stack)
      await stack.callers.revoke(token)
      return token
    },
  },
  {
    kind: 'an altered token',
    issuer: 'suppliers',
    isUnrecognized: true,
    isValid: false,
    getToken: async (stack) => altered(await suppliersToken(stack)),
  },
]

type Outcome = 'permit' | 'deny' | 'fault' | 'refused by OIC' | 'something else'

export async function callAndCheck(
  stack: LocalStack,
  failures: Failures,
  random: Random,
  counts: Counts,
): Promise<void> {
  const caller = oneOf(random, CALLERS)
  const issuedAt = Date.now()
  let token: string
  try {
    token = await caller.getToken(stack)
  } catch {
    return // Its identity provider is down and issues no token.
  }
  const startedAt = Date.now()
  const outcome = await outcomeOf(stack, token)
  counts.calls += 1
  if (outcome === 'permit') counts.permits += 1
  if (outcome === 'deny') counts.denials += 1
  if (outcome === 'fault') counts.faults += 1
  if (!allowed(caller, failures, issuedAt, startedAt).includes(outcome)) {
    counts.wrong.push(`${caller.kind}: ${outcome}`)
  }
}

function allowed(
  { issuer, isValid, isUnrecognized = false }: Caller,
  failures: Failures,
  issuedAt: number,
  startedAt: number,
): readonly Outcome[] {
  const issuers = isUnrecognized ? BOTH : [issuer]
  const keyChangedAt = failures.keyChangedAt(issuer)
  // The key changed after the token was issued, or the function may not have fetched the new one yet.
  const isKeyNew =
    keyChangedAt > issuedAt ||
    (issuer === 'suppliers' && startedAt < keyChangedAt + KEY_COOLDOWN_MILLISECONDS)
  return [
    isValid ? 'permit' : 'deny',
    ...(issuers.some((each) => failures.mayAffect(each, startedAt)) ? (['fault'] as const) : []),
    ...(isKeyNew ? (['deny', 'fault'] as const) : []),
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
