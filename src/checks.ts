/**
 * Checks that decide about a token. The function needs the first that fails; `npm run explain` observes
 * all of them, with what they expected and found.
 */
import type { LogValue } from './platform/log.ts'
import type { DenialReason, FaultReason } from './reasons.ts'

/** Roughly in the order in which they run. Introspection checks `active` before it reads the claims. */
export type CheckName =
  | 'one_token'
  | 'token_present'
  | 'scheme'
  | 'token_length'
  | 'token_syntax'
  | 'token_form'
  | 'issuer_choice'
  | 'alg'
  | 'crit'
  | 'b64'
  | 'enc'
  | 'zip'
  | 'cty'
  | 'kid'
  | 'typ'
  | 'claim_types'
  | 'exp_present'
  | 'issuer'
  | 'audience'
  | 'client_named'
  | 'token_type'
  | 'sender_constraint'
  | 'exp'
  | 'nbf'
  | 'iat'
  | 'lifetime'
  | 'client'
  | 'required_claims'
  | 'any_scope'
  | 'scope'
  | 'key'
  | 'signature'
  | 'active'
  | 'introspected_type'
  | 'dependency'
  | 'backend'

/** The result of one check. */
export interface Finding {
  readonly name: CheckName
  /** From the configuration or a standard. It can be logged. */
  readonly expected: LogValue
  /** From the caller's token, unchanged: pass it through `printable` before it is logged. */
  readonly actual: LogValue
  readonly ok: boolean
  /** Why the token is denied, or the fault; only if the check failed. */
  readonly reason?: DenialReason | FaultReason
  /** The issuer whose rules were applied, by its name in the configuration. */
  readonly issuer?: string
}

export type Observe = (finding: Finding) => void

/** `expected` and `actual` are called only for a failed check or an observer. */
export interface Check<Input> {
  readonly name: CheckName
  readonly reason: DenialReason
  readonly passes: (input: Input) => boolean
  readonly expected: (input: Input) => LogValue
  /** Any JSON value, or undefined for what the token does not have. */
  readonly actual: (input: Input) => unknown
}

/** The first check that fails. With an observer all checks run; the result is the same. */
export function firstFailed<Input>(
  checks: readonly Check<Input>[],
  input: Input,
  observe?: Observe,
): Check<Input> | undefined {
  if (observe === undefined) return checks.find((check) => !check.passes(input))
  const failed = checks.filter((check) => {
    const ok = check.passes(input)
    observe({
      ...expectedAndActual(check, input),
      name: check.name,
      ok,
      ...(ok ? {} : { reason: check.reason }),
    })
    return !ok
  })
  return failed[0]
}

/** What the check expected and what it found. */
export function expectedAndActual<Input>(
  { expected, actual }: Check<Input>,
  input: Input,
): Pick<Finding, 'expected' | 'actual'> {
  return { expected: expected(input), actual: (actual(input) ?? null) as LogValue }
}
