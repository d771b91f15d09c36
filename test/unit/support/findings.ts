import type { Finding } from '../../../src/checks.ts'

export function recordingObserver() {
  const findings: Finding[] = []
  const observe = (finding: Finding) => {
    findings.push(finding)
  }
  return { findings, observe }
}

/** A finding without its reason and issuer. */
export function inShort({ name, ok, expected, actual }: Finding) {
  return [name, ok, expected, actual]
}
