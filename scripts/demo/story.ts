/** A story of the demo: its steps and its expected result. */
import type { LocalStack } from '../../stack/local-stack.ts'
import type { Configure } from './configurations.ts'
import type { CallerRequest } from './observe.ts'

export interface Story {
  readonly title: string
  /** What the caller sends, in words. */
  readonly sends: string
  /** The function's configuration from here on; as before where a story has none. */
  readonly configure?: Configure
  /** Gets the stack into the state that the story needs and says what the caller sends. */
  readonly request: (stack: LocalStack) => Promise<CallerRequest>
  /** Undoes what `request` did to the stack. */
  readonly afterwards?: (stack: LocalStack) => Promise<void>
  readonly expected: Expectation
}

export interface Expectation {
  readonly status: number
  /** The reason in the function's log; `not asked` where the gateway decides alone. */
  readonly decision: string
  /** Whom Oracle Integration sees; `nobody` where the call must not reach it. */
  readonly oicSees: string
  /** How often the function asks for a token for Oracle Integration. */
  readonly oicTokenRequests: 0 | 1
}

/** What comes of a good call. */
export const REACHES_OIC = {
  status: 200,
  decision: 'permitted',
  oicSees: 'client oic-invoker',
} as const
/** What comes of a refused one. */
export const REFUSED = { status: 401, oicSees: 'nobody', oicTokenRequests: 0 } as const
