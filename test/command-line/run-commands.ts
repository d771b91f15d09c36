/**
 * Runs command lines one after another in this process, which saves the start of one process for each,
 * and prints how each ended. Argument: JSON, an array of `[file, ...words]`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

/** A command that reads its command line first ends long before. */
const LIMIT_MILLISECONDS = 20_000

export interface Ending {
  /** Undefined where the command went on instead of ending. */
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

class Exit extends Error {
  readonly status: number
  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}

const print = process.stdout.write.bind(process.stdout)
const commandLines = JSON.parse(process.argv[2] ?? '') as [string, ...string[]][]
let output = { stdout: '', stderr: '' }
for (const stream of ['stdout', 'stderr'] as const) {
  process[stream].write = (text: string | Uint8Array) => {
    output[stream] += String(text)
    return true
  }
}
const exit = process.exit.bind(process)
process.exit = (status) => {
  throw new Exit(Number(status))
}

const endings: Ending[] = []
for (const [index, [file, ...words]] of commandLines.entries()) {
  output = { stdout: '', stderr: '' }
  process.argv = [process.execPath, file, ...words]
  let status: number | undefined
  try {
    // A module runs again only if its address differs.
    await Promise.race([import(`${pathToFileURL(file).href}?${index}`), delay(LIMIT_MILLISECONDS)])
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    status = error.status
  }
  endings.push({ status, ...output })
}
// Whatever a command that did not end has started must not keep this process running.
print(JSON.stringify(endings), () => exit(0))
