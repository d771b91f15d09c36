import type { LogRecord } from './outcome.ts'
import type { ConfigChanges, World } from './world.ts'

export interface ColdStart {
  /** Of the first call. */
  readonly verdict: string
  /** The keys of the problems or warnings in the log; each list is one line. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** Starts the function with these changes, and reads from its log what it says about them. */
export async function coldStart(world: World, changes: ConfigChanges): Promise<ColdStart> {
  await world.start(changes)
  return {
    verdict: await world.verdict(),
    problems: keysIn(world, 'config_invalid', 'problems'),
    warnings: keysIn(world, 'config_warning', 'warnings'),
  }
}

/** In alphabetical order. */
export function keysIn(world: World, event: string, member: string): string[] {
  const found = world.logged(event)
  if (found.length > 1) throw new Error(`${found.length} lines with the event ${event}`)
  const items = (found[0]?.[member] ?? []) as readonly LogRecord[]
  for (const item of items) {
    if (typeof item['problem'] !== 'string' || typeof item['remedy'] !== 'string') {
      throw new Error('a problem has no remedy')
    }
  }
  return items.map((item) => String(item['key'])).sort()
}
