/** Longer than a writer in the same pipe needs to start. */
const NOTICE_AFTER_MILLISECONDS = 2_000

/**
 * Reads standard input to its end. After two seconds without input, a notice on standard error says what it
 * waits for: in a shell without a terminal, such as with `ssh` or in CI, standard input may be open although
 * nothing writes to it. `expected` is the expected input and how to continue without it.
 */
export async function readStandardInput(expected: string): Promise<Buffer> {
  const { stdin } = process
  const chunks: Buffer[] = []
  const notice = setTimeout(
    () => {
      process.stderr.write(`Waiting for ${expected} on standard input; Ctrl-D ends it.\n`)
    },
    stdin.isTTY ? 0 : NOTICE_AFTER_MILLISECONDS,
  )
  try {
    for await (const chunk of stdin) {
      clearTimeout(notice)
      chunks.push(Buffer.from(chunk as Uint8Array))
    }
  } finally {
    clearTimeout(notice)
  }
  return Buffer.concat(chunks)
}
