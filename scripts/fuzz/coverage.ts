/**
 * Owns what V8 tells of which parts of our sources have run.
 * I/O: the inspector of this very process.
 */
import { Session } from 'node:inspector/promises'

export interface Coverage {
  /** How many parts of `src` have run since the last call that had never run before. */
  newParts(): Promise<number>
  end(): Promise<void>
}

export async function startCoverage(): Promise<Coverage> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Set<string>()
  return {
    newParts: async () => {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      let found = 0
      for (const { url, functions } of result) {
        if (!url.includes('/src/')) continue
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            // How often matters, too: a loop that runs twice is another way through.
            const key = `${url}:${startOffset}:${endOffset}:${Math.min(count, 2)}`
            if (count === 0 || seen.has(key)) continue
            seen.add(key)
            found += 1
          }
        }
      }
      return found
    },
    end: async () => {
      await session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
