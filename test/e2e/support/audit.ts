/**
 * Owns what has to be true of everything that the function prints, whatever a test is about.
 * Pure.
 */
import type { LogLine } from '../../stack/fn/log.ts'

/** What is wrong with the lines; empty when all is well. No secret is in what it says. */
export function findingsIn(lines: readonly LogLine[], secrets: ReadonlySet<string>): string[] {
  return lines.flatMap(({ stream, line }, index) => {
    const findings: string[] = []
    if (stream === 'stderr') findings.push('stands on standard error')
    else if (!isEvent(line)) findings.push('is no JSON object with an event')
    if (holdsAny(line, secrets)) return [`line ${index} holds something secret`]
    return findings.map((finding) => `line ${index} ${finding}: ${line.slice(0, 200)}`)
  })
}

/** Whether the text has one of the secrets in it, as it is or in one of the guises of HTTP. */
export function holdsAny(text: string, secrets: ReadonlySet<string>): boolean {
  return [...secrets].flatMap(guises).some((guise) => text.includes(guise))
}

const guises = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ '': secret }).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
]

function isEvent(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'event' in value
  } catch {
    return false
  }
}
