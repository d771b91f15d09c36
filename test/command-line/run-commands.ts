/**
 * Runs command lines one after another in a single process, which is faster than a process for each, and
 * prints their results. Argument: JSON, an array of `[file, ...args]`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

/** Longer than any command takes to read its command line. */
const TIMEOUT_MILLISECONDS = 20_000

export interface Ending {
  /** Undefined if the command did not end. */
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
for (const [index, [file, ...args]] of commandLines.entries()) {
  output = { stdout: '', stderr: '' }
  process.argv = [process.execPath, file, ...args]
  let status: number | undefined
  try {
    // The query prevents the import from being cached.
    await Promise.race([
      import(`${pathToFileURL(file).href}?${index}`),
      delay(TIMEOUT_MILLISECONDS),
    ])
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    status = error.status
  }
  endings.push({ status, ...output })
}
// A command that did not end must not keep this process alive.
print(JSON.stringify(endings), () => exit(0))
