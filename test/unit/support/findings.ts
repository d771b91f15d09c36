/** Observers of checks. */
import type { Finding } from '../../../src/findings.ts'

/** An observer, and what it gets. */
export function recordingObserver() {
  const findings: Finding[] = []
  const observe = (finding: Finding) => {
    findings.push(finding)
  }
  return { findings, observe }
}

/** Without the reason and the issuer. */
export function inShort({ name, ok, expected, actual }: Finding) {
  return [name, ok, expected, actual]
}
