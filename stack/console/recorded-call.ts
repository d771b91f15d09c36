/** The console's record of a call. */
import type { CallChecks } from './checks.ts'
import type { Explanation } from './explanation.ts'
import type { DecodedToken } from './redact.ts'

type Pairs = readonly (readonly [string, string])[]

export interface Hop {
  /** The server's name, or `function`. */
  readonly party: string
  readonly title: string
  /** Milliseconds after the gateway received the request. */
  readonly startMilliseconds: number
  /** Null if there was no answer before the gateway's. */
  readonly durationMilliseconds: number | null
  readonly status: number | null
  readonly note: string | null
  readonly request: { readonly line: string; readonly headers: Pairs; readonly body: string }
  readonly response: { readonly headers: Pairs; readonly body: string }
  /** Ids of the tokens in it. */
  readonly tokens: readonly string[]
  /** The step may belong to any of several calls at the same time, so each of them shows it. */
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
  /** Null if the function was not called. */
  readonly decision: Readonly<Record<string, unknown>> | null
  readonly explanation: Explanation
  /** The caller at Oracle Integration; null if the call did not reach it. */
  readonly oicSaw: { readonly caller: string; readonly status: number } | null
  readonly hops: readonly Hop[]
  readonly tokens: readonly DecodedToken[]
  readonly functionLog: readonly string[]
  readonly gatewayLog: readonly string[]
  /** The active faults at the call's end: `Vault refuses connections`. */
  readonly faults: readonly string[]
  /** Method and target of the calls that ran at the same time. */
  readonly overlaps: readonly string[]
  /** Made by the function's code after the call; null until then, or if the function was not called. */
  readonly checks: CallChecks | null
}
