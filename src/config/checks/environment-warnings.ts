/**
 * Owns what is said of environment variables that would weaken Node or its libraries: none has its
 * way, and who set it ought to know.
 * Pure.
 */
import type { ConfigProblem } from '../problems.ts'

interface Weakening {
  readonly names: readonly string[]
  readonly isMeant: (value: string) => boolean
  readonly problem: string
  readonly remedy: string
}

function isGiven(value: string): boolean {
  return value !== ''
}

const WEAKENINGS: readonly Weakening[] = [
  {
    names: ['NODE_TLS_REJECT_UNAUTHORIZED'],
    isMeant: (value) => value === '0',
    problem: 'asks for TLS without a look at certificates; they are checked all the same',
    remedy: 'Remove it. A private certificate authority goes into NODE_EXTRA_CA_CERTS.',
  },
  {
    names: ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'],
    isMeant: isGiven,
    problem: 'names a proxy; none is asked, as it would see tokens and secrets',
    remedy: 'Remove it. Give the subnet a NAT or service gateway.',
  },
  {
    names: ['NODE_DEBUG', 'DEBUG'],
    isMeant: isGiven,
    problem: 'has requests printed, secrets included; what goes to standard error is dropped',
    remedy: 'Remove it. The line of each decision tells what failed.',
  },
]

/** Whether something of the environment has libraries print what they send. */
export function asksForDebugging(values: Readonly<Record<string, string | undefined>>): boolean {
  return ['NODE_DEBUG', 'DEBUG'].some((name) => isGiven(values[name] ?? ''))
}

/** The names are told as they stand there; proxies go by lower case, too. */
export function environmentWarnings(
  values: Readonly<Record<string, string | undefined>>,
): readonly ConfigProblem[] {
  return WEAKENINGS.flatMap(({ names, isMeant, problem, remedy }) =>
    Object.keys(values)
      .filter((key) => names.includes(key.toUpperCase()) && isMeant(values[key] ?? ''))
      .map((key) => ({ key, problem, remedy })),
  )
}
