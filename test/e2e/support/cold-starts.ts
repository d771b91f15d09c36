import type { LogRecord } from './outcome.ts'
import type { ConfigChanges, Harness } from './harness.ts'

/** Starts the function with these changes. Returns the first verdict, and the keys in its log. */
export async function coldStart(harness: Harness, changes: ConfigChanges) {
  await harness.start(changes)
  return {
    verdict: await harness.verdict(),
    problems: keysIn(harness, 'config_invalid', 'problems'),
    warnings: keysIn(harness, 'config_warning', 'warnings'),
  }
}

/** The sorted keys of the problems or warnings, which must all be in one line. */
export function keysIn(harness: Harness, event: string, member: string): string[] {
  const lines = harness.logged(event)
  if (lines.length > 1) throw new Error(`${lines.length} lines with the event ${event}`)
  const items = (lines[0]?.[member] ?? []) as readonly LogRecord[]
  for (const { problem, remedy } of items) {
    if (typeof problem !== 'string' || typeof remedy !== 'string') {
      throw new Error('a problem or its remedy is missing')
    }
  }
  return items.map(({ key }) => String(key)).sort()
}
