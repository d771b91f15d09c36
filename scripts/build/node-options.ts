import { readFileSync } from 'node:fs'

/**
 * The options with which the image runs Node: all that stands between `node` and `func.js` in the
 * Dockerfile's ENTRYPOINT. V8 accepts compiled code only under the options it was compiled with.
 */
export function imageNodeOptions(): readonly string[] {
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]
  return (JSON.parse(entrypoint ?? '[]') as string[]).slice(1, -1)
}
