/** A story of the demo: its steps and its expected outcome. */
import { ECHO_ROUTE } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import type { Configure } from './configurations.ts'
import type { CallerRequest } from './observe.ts'

export interface Story {
  readonly title: string
  /** What the caller sends, in words. */
  readonly sends: string
  /** The function's configuration for this and the following stories; default: unchanged. */
  readonly configure?: Configure
  /** Prepares the stack for the story and returns the caller's request. */
  readonly request: (stack: LocalStack) => CallerRequest | Promise<CallerRequest>
  /** Restores what `request` changed. */
  readonly afterwards?: (stack: LocalStack) => unknown
  readonly expected: Expectation
}

export async function sending(token: Promise<string>, path = ECHO_ROUTE): Promise<CallerRequest> {
  return { path, authorization: `Bearer ${await token}` }
}

export interface Expectation {
  readonly status: number
  /** The reason in the function's log; `not called` if the function is not called. */
  readonly decision: string
  /** The caller at Oracle Integration; `nobody` if the call must not reach it. */
  readonly oicSees: string
  /** How often the function requests a token for Oracle Integration. */
  readonly oicTokenRequests: 0 | 1
}

/** The outcome of a permitted call. */
export const REACHES_OIC = {
  status: 200,
  decision: 'permitted',
  oicSees: 'client oic-invoker',
} as const
/** The outcome of a refused call. */
export const REFUSED = { status: 401, oicSees: 'nobody', oicTokenRequests: 0 } as const
/** The outcome of a call that reaches Oracle Integration without the function. */
export const WITHOUT_FUNCTION = {
  status: 200,
  decision: 'not called',
  oicTokenRequests: 0,
} as const
