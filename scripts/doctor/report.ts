import { escaped } from '../../src/platform/printable.ts'
import type { Check } from './check.ts'

export function toLine({ name, subject, status, detail, remedy }: Check): string {
  const about = subject === undefined || subject === '' ? name : `${name} ${subject}`
  const line = `${status.padEnd(5)} ${escaped(about)}: ${escaped(detail)}`
  return remedy === undefined ? line : `${line}\n      → ${escaped(remedy)}`
}

export function firstFailure(checks: readonly Check[]): Check | undefined {
  return checks.find(({ status }) => status === 'fail')
}

export function toSummary(checks: readonly Check[]): string {
  const first = firstFailure(checks)
  const count = (status: Check['status']): number =>
    checks.filter((check) => check.status === status).length
  const counts = `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failures, ${count('skip')} skipped`
  return first === undefined
    ? `\nNo failure: ${counts}.`
    : `\n${counts}. Begin with the first failure; it may cause the others:\n${toLine(first)}`
}

export function toJsonReport(checks: readonly Check[]) {
  const first = firstFailure(checks)
  return { ok: first === undefined, first_failure: first ?? null, checks }
}
