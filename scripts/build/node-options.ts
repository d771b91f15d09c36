import { readFileSync } from 'node:fs'

/**
 * The image's options for Node: the words between `node` and `func.js` in the Dockerfile's ENTRYPOINT.
 * V8 accepts compiled code only with the options that it was compiled with.
 */
export function imageNodeOptions(): readonly string[] {
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]
  return (JSON.parse(entrypoint ?? '[]') as string[]).slice(1, -1)
}
