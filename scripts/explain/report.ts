/** Formats the explanation of a token as text and as JSON. */
import type { Finding } from '../../src/checks.ts'
import { escaped } from '../../src/platform/printable.ts'
import type { JsonObject } from '../../src/platform/json.ts'
import { explainReason } from './reason.ts'
import type { Explanation } from './evaluate.ts'
import { NOTHING, shown } from './shown.ts'

export function toJsonReport({ decision, findings, problems, jwt, fingerprint }: Explanation) {
  const text = explainReason(decision.reason)
  return {
    outcome: decision.outcome,
    reason: decision.reason,
    /** The issuer's name in the configuration; null if no issuer's rules were evaluated. */
    issuer: decision.logContext.issuer ?? null,
    meaning: text?.meaning ?? '',
    remedy: text?.remedy ?? '',
    responsible: text?.responsible ?? null,
    detail: decision.logContext.hint ?? decision.logContext.detail ?? null,
    fingerprint,
    header: jwt?.header ?? null,
    claims: jwt?.payload ?? null,
    checks: findings,
    problems,
  }
}

const OUTCOMES = { permit: 'permitted', deny: 'denied', fault: 'fault' } as const

export function toTextReport(explanation: Explanation, now: number): string {
  const { decision, findings, problems, jwt, fingerprint } = explanation
  const report = toJsonReport(explanation)
  const choices = findings.filter(({ name }) => name === 'issuer_choice')
  const checks = findingsToShow(findings)
  return [
    `${OUTCOMES[decision.outcome]}: ${decision.reason}`,
    ...(decision.outcome === 'permit'
      ? ['  The token is valid. No token for the backend was requested.']
      : [
          `  ${report.meaning}`,
          ...(report.detail === null ? [] : [`  Detail: ${escaped(report.detail)}`]),
          `  ${capitalized(report.responsible ?? '')}: ${report.remedy}`,
        ]),
    ...problems.flatMap(({ key, problem, remedy }) => [
      `  ✗ ${key}: ${problem}`,
      `      ${remedy}`,
    ]),
    '',
    `Token     ${kindOf(explanation)}, fingerprint ${fingerprint}`,
    ...(jwt === undefined
      ? []
      : [...members('header', jwt.header, now), ...members('claims', jwt.payload, now)]),
    ...(choices.length === 0 ? [] : ['', 'Issuers', ...choices.map(choiceLine)]),
    ...(checks.length === 0 ? [] : ['', 'Checks', ...checks.map(checkLine)]),
    '',
  ].join('\n')
}

function kindOf({ jwt, findings }: Explanation): string {
  const form = findings.find(({ name }) => name === 'token_form')?.actual
  return jwt === undefined && form === undefined
    ? 'not a readable JWT'
    : shown(form ?? 'a signed JWT')
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const TIMES = ['exp', 'iat', 'nbf', 'auth_time']

function members(title: string, object: JsonObject, now: number): readonly string[] {
  return Object.entries(object).map(([name, value], index) => {
    const label = index === 0 ? title : ''
    const time = TIMES.includes(name) && typeof value === 'number' ? ` (${timeOf(value, now)})` : ''
    return `  ${label.padEnd(7)} ${escaped(name)}: ${shown(value)}${time}`
  })
}

function timeOf(value: number, now: number): string {
  const date = new Date(value * 1000)
  if (Number.isNaN(date.getTime())) return 'not a time in seconds'
  const distance = Math.round(Math.abs(value - now))
  return `${date.toISOString().slice(0, 19)}Z, ${distance} s ${value < now ? 'ago' : 'from now'}`
}

export function findingsToShow(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding, index) => isShown(finding, findings.slice(index + 1)))
}

/** Shows each failed check, and each passed check that had a rule, once for each name. */
function isShown({ name, issuer, expected, ok }: Finding, rest: readonly Finding[]): boolean {
  if (name === 'issuer_choice') return false
  if (!ok) return true
  const isRepeated = rest.some((other) => other.name === name && other.issuer === issuer)
  return !isRepeated && expected !== 'any' && shown(expected) !== NOTHING
}

function choiceLine({ issuer, expected, actual, ok }: Finding): string {
  const result = ok ? 'chosen' : 'not chosen'
  return `  ${ok ? '✓' : '·'} ${issuer ?? ''}: ${result}; it accepts ${shown(expected)}, the token is or has ${shown(actual)}`
}

function checkLine({ name, expected, actual, ok, issuer, reason }: Finding): string {
  const whose = issuer === undefined ? '' : ` [${issuer}]`
  const line = `  ${ok ? '✓' : '✗'} ${name}${whose}: expected ${shown(expected)}, found ${shown(actual)}`
  return ok || reason === undefined ? line : `${line} → ${reason}`
}
