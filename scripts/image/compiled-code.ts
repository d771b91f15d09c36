/**
 * For `node -e`, with the path of a compiled file as argument and the wrapped source on standard input:
 * prints `true` if V8 accepts the compiled code. Loading would not show it: V8 would compile the source.
 */
export const ACCEPTANCE_SCRIPT = `
  const { readFileSync } = require('node:fs')
  const { Script } = require('node:vm')
  const cachedData = readFileSync(process.argv[1])
  const script = new Script(readFileSync(0, 'utf8'), { cachedData })
  process.stdout.write(String(script.cachedDataRejected === false))`
