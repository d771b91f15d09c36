/** Environment variables that would weaken Node or its libraries. None takes effect; each is a warning. */
import type { ConfigProblem } from '../problems.ts'

type Environment = Readonly<Record<string, string | undefined>>

const DEBUGGING = ['NODE_DEBUG', 'DEBUG']

interface Weakening {
  readonly names: readonly string[]
  /** The only value that has an effect; any if undefined. */
  readonly value?: string
}

const WEAKENINGS: readonly (Omit<ConfigProblem, 'key'> & Weakening)[] = [
  {
    names: ['NODE_TLS_REJECT_UNAUTHORIZED'],
    value: '0',
    problem: 'turns off the validation of TLS certificates; they are validated all the same',
    remedy: 'Remove it. Name a private certificate authority in NODE_EXTRA_CA_CERTS.',
  },
  {
    names: ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'],
    problem: 'names a proxy; it is not used, as it would see tokens and secrets',
    remedy: 'Remove it. Give the subnet a NAT or service gateway.',
  },
  {
    names: DEBUGGING,
    problem: 'would print requests, secrets included; standard error is discarded',
    remedy: 'Remove it. The log line of each decision says what failed.',
  },
]

/** Whether the environment makes libraries print what they send. */
export function asksForDebugging(values: Environment): boolean {
  return DEBUGGING.some((name) => (values[name] ?? '') !== '')
}

/** In upper or lower case: proxies are also named in lower case. */
export function environmentWarnings(values: Environment): readonly ConfigProblem[] {
  const given = Object.entries(values).filter(([, value = '']) => value !== '')
  return WEAKENINGS.flatMap(({ names, value: effective, problem, remedy }) =>
    given
      .filter(([key, value]) => names.includes(key.toUpperCase()) && value === (effective ?? value))
      .map(([key]) => ({ key, problem, remedy })),
  )
}
