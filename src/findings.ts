/**
 * Checks that decide about a token and, when someone observes, report what they expected and found.
 * There is one implementation: the function asks which check failed, a tool listens to all of them.
 */
import { isJsonObject } from './platform/json.ts'
import type { LogValue } from './platform/log.ts'
import type { DenialReason, FaultReason } from './reasons.ts'

/** In the order in which a token meets them. */
export type CheckName =
  | 'one_token'
  | 'token_present'
  | 'scheme'
  | 'token_length'
  | 'token_syntax'
  | 'token_form'
  | 'issuer_choice'
  | 'jwt_form'
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
  /** From the caller's token, as it came: use `printable` for a log. */
  readonly actual: LogValue
  readonly ok: boolean
  /** With a check that failed: the reason that it is a denial or a fault for. */
  readonly reason?: DenialReason | FaultReason
  /** The issuer whose rules were applied, by its name in the configuration. */
  readonly issuer?: string
}

export type Observe = (finding: Finding) => void

/** One check of an input. `expected` and `actual` are called only when somebody wants to know. */
export interface Check<Input> {
  readonly name: CheckName
  readonly reason: DenialReason
  readonly passes: (input: Input) => boolean
  readonly expected: (input: Input) => LogValue
  /** Any JSON value, or undefined for what the token does not have. */
  readonly actual: (input: Input) => unknown
}

/** The first check that fails. With an observer all checks run; the answer is the same. */
export function firstFailed<Input>(
  checks: readonly Check<Input>[],
  input: Input,
  observe?: Observe,
): Check<Input> | undefined {
  if (observe === undefined) return checks.find((check) => !check.passes(input))
  const failed = checks.filter((check) => {
    const ok = check.passes(input)
    observe({
      ...comparison(check, input),
      name: check.name,
      ok,
      ...(ok ? {} : { reason: check.reason }),
    })
    return !ok
  })
  return failed[0]
}

/** What the check expected and what it found. */
export function comparison<Input>(
  { expected, actual }: Check<Input>,
  input: Input,
): Pick<Finding, 'expected' | 'actual'> {
  return { expected: expected(input), actual: (actual(input) ?? null) as LogValue }
}

const MAX_LINE_CHARACTERS = 200

/** Of a longer string the log shows the beginning and the end: enough to recognize an issuer. */
const MAX_STRING_CHARACTERS = 32
const SHOWN = { first: 20, last: 10 }

/** What begins like a JWT, whole or in part. */
const JWT = /\beyJ[\w-]+(\.[\w-]*)*/g

/** Control, format and separator characters, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A caller's value as one short line of text: escaped, without tokens, long strings shortened. */
export function printable(value: LogValue): string {
  const text = typeof value === 'string' ? shortened(value) : JSON.stringify(value, replace)
  return text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)}…` : text
}

/** For `JSON.stringify`: names of members are the caller's as well. */
function replace(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return shortened(value)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [shortened(name), each]))
}

function shortened(text: string): string {
  const shown = text.replace(JWT, '[JWT]')
  const { first, last } = SHOWN
  return escaped(
    shown.length > MAX_STRING_CHARACTERS ? `${shown.slice(0, first)}…${shown.slice(-last)}` : shown,
  )
}

/** The text without characters that could change how other text is displayed. */
export function escaped(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`
}
