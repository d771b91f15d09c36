/** What must hold for everything that the function prints. */
import { jsonLines, type LogLine } from '../../../stack/fn/log.ts'

/** What is wrong with the lines; empty when all is well. No secret is in what it says. */
export function findingsIn(lines: readonly LogLine[], secrets: ReadonlySet<string>): string[] {
  return lines.flatMap((each, index) => {
    const { stream, line } = each
    if (holdsAny(line, secrets)) return [`line ${index} holds something secret`]
    const start = `: ${line.slice(0, 200)}`
    if (stream === 'stderr') return [`line ${index} stands on standard error${start}`]
    const isEvent = jsonLines([each]).some((value) => 'event' in value)
    return isEvent ? [] : [`line ${index} is not a JSON object with an event${start}`]
  })
}

/** Whether the text has one of the secrets in it, as it is or in one of its guises. */
function holdsAny(text: string, secrets: ReadonlySet<string>): boolean {
  return [...secrets].some((secret) => guisesOf(secret).some((guise) => text.includes(guise)))
}

const known = new Map<string, readonly string[]>()

/** How a secret looks as it is, in an address, a form, JSON, Base64 and base64url. */
export function guisesOf(secret: string): readonly string[] {
  const guises = known.get(secret) ?? [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ '': secret }).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
      ...['base64' as const, 'base64url' as const].flatMap((encoding) =>
        [0, 1, 2].map((offset) => encodedAt(offset, secret, encoding)),
      ),
    ]),
  ]
  known.set(secret, guises)
  return guises
}

/**
 * What of the encoded text is the same whatever stands around it, with `offset` bytes before it:
 * Base64 takes three bytes at a time.
 */
function encodedAt(offset: number, secret: string, encoding: 'base64' | 'base64url'): string {
  const bytes = Buffer.from(secret)
  const whole = bytes.subarray((3 - offset) % 3)
  return whole.subarray(0, whole.length - (whole.length % 3)).toString(encoding)
}
