/**
 * Owns what the image gives to Node: V8 takes compiled code only with the options that it was
 * compiled with.
 * I/O: reads the Dockerfile.
 */
import { readFileSync } from 'node:fs'

/** What stands between `node` and the entry. */
export function imageArguments(): readonly string[] {
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]
  return (JSON.parse(entrypoint ?? '[]') as string[]).slice(1, -1)
}
