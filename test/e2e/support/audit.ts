/** Checks of the lines that the function prints. */
import { jsonLines, type LogLine } from '../../../stack/fn/log.ts'

/** The defects of the lines, without the secrets themselves. */
export function auditLines(lines: readonly LogLine[], secrets: ReadonlySet<string>): string[] {
  return lines.flatMap((logLine, index) => {
    const { stream, line } = logLine
    if (containsSecret(line, secrets)) return [`line ${index} contains a secret`]
    const start = `: ${line.slice(0, 200)}`
    if (stream === 'stderr') return [`line ${index} is on standard error${start}`]
    const isEvent = jsonLines([logLine]).some((value) => 'event' in value)
    return isEvent ? [] : [`line ${index} is not a JSON object with an event${start}`]
  })
}

function containsSecret(text: string, secrets: ReadonlySet<string>): boolean {
  return [...secrets].some((secret) => encodingsOf(secret).some((form) => text.includes(form)))
}

const encodings = new Map<string, readonly string[]>()

/** The secret as it is and in URLs, forms, JSON, Base64 and base64url. */
export function encodingsOf(secret: string): readonly string[] {
  const forms = encodings.get(secret) ?? [
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
  encodings.set(secret, forms)
  return forms
}

/**
 * The encoded characters that do not depend on the text around the secret, with `offset` bytes
 * before it: Base64 encodes three bytes at a time.
 */
function encodedAt(offset: number, secret: string, encoding: 'base64' | 'base64url'): string {
  const bytes = Buffer.from(secret).subarray((3 - offset) % 3)
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString(encoding)
}
