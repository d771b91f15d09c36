import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'

/** Asks on standard error. What is typed is not shown: the terminal is silent while it waits. */
export async function askSilently(question: string, input: ReadStream): Promise<string> {
  process.stderr.write(question)
  const silence = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const terminal = createInterface({ input, output: silence, terminal: true })
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
