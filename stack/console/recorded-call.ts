/** A call of the gateway, as the console shows it. */
import type { CallChecks } from './checks.ts'
import type { Explanation } from './explanation.ts'
import type { DecodedToken } from './redact.ts'

type Pairs = readonly (readonly [string, string])[]

export interface Hop {
  /** The server's name, or `function`. */
  readonly party: string
  readonly title: string
  /** Milliseconds after the gateway got the request. */
  readonly startMilliseconds: number
  /** Null where no answer came before the gateway's. */
  readonly durationMilliseconds: number | null
  readonly status: number | null
  readonly note: string | null
  readonly request: { readonly line: string; readonly headers: Pairs; readonly body: string }
  readonly response: { readonly headers: Pairs; readonly body: string }
  /** Ids of the tokens in it. */
  readonly tokens: readonly string[]
  /** Nothing tells whose it is among calls at the same time, so each of them shows it. */
  readonly isShared: boolean
}

export interface RecordedCall {
  readonly id: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMilliseconds: number
  /** What the console sent; null for calls from elsewhere. */
  readonly sent: string | null
  readonly method: string
  readonly target: string
  readonly status: number | null
  /** Null where the function was not called. */
  readonly decision: Readonly<Record<string, unknown>> | null
  readonly explanation: Explanation
  /** Whom Oracle Integration saw; null where the call did not reach it. */
  readonly oicSaw: { readonly caller: string; readonly status: number } | null
  readonly hops: readonly Hop[]
  readonly tokens: readonly DecodedToken[]
  readonly functionLog: readonly string[]
  readonly gatewayLog: readonly string[]
  /** What was switched on at the call's end: `Vault refuses connections`. */
  readonly faults: readonly string[]
  /** Method and target of the calls that ran at the same time. */
  readonly overlaps: readonly string[]
  /** By the function's own code, just after the call; null until then, or if the function was not called. */
  readonly checks: CallChecks | null
}
