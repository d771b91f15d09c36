/** Environment variables that would weaken Node or its libraries. None takes effect; each is a warning. */
import type { ConfigProblem } from '../problems.ts'

interface Weakening {
  readonly names: readonly string[]
  readonly isSet: (value: string) => boolean
  readonly problem: string
  readonly remedy: string
}

function isNotEmpty(value: string): boolean {
  return value !== ''
}

const WEAKENINGS: readonly Weakening[] = [
  {
    names: ['NODE_TLS_REJECT_UNAUTHORIZED'],
    isSet: (value) => value === '0',
    problem: 'turns off the validation of TLS certificates; they are validated all the same',
    remedy: 'Remove it. Name a private certificate authority in NODE_EXTRA_CA_CERTS.',
  },
  {
    names: ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'],
    isSet: isNotEmpty,
    problem: 'names a proxy; it is not used, as it would see tokens and secrets',
    remedy: 'Remove it. Give the subnet a NAT or service gateway.',
  },
  {
    names: ['NODE_DEBUG', 'DEBUG'],
    isSet: isNotEmpty,
    problem: 'would print requests, secrets included; standard error is discarded',
    remedy: 'Remove it. The log line of each decision says what failed.',
  },
]

/** Whether the environment makes libraries print what they send. */
export function asksForDebugging(values: Readonly<Record<string, string | undefined>>): boolean {
  return ['NODE_DEBUG', 'DEBUG'].some((name) => isNotEmpty(values[name] ?? ''))
}

/** In upper or lower case: proxies are also named in lower case. */
export function environmentWarnings(
  values: Readonly<Record<string, string | undefined>>,
): readonly ConfigProblem[] {
  return WEAKENINGS.flatMap(({ names, isSet, problem, remedy }) =>
    Object.keys(values)
      .filter((key) => names.includes(key.toUpperCase()) && isSet(values[key] ?? ''))
      .map((key) => ({ key, problem, remedy })),
  )
}
