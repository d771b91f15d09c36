import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'

/** Prompts on standard error. The terminal does not show what is typed. */
export async function promptSecret(question: string, input: ReadStream): Promise<string> {
  process.stderr.write(question)
  const discarded = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const terminal = createInterface({ input, output: discarded, terminal: true })
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
