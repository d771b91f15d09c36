/** Standard input, read to its end without blocking. */

/** Longer than a writer in the same pipe needs to begin. */
const PATIENCE_MILLISECONDS = 2_000

/**
 * If nothing comes for two seconds, says on standard error what it waits for: in a shell without a
 * terminal, such as that of `ssh` or CI, standard input may be open with nobody who writes to it.
 * `wanted` is what comes and how to go on without it.
 */
export async function readStandardInput(wanted: string): Promise<Buffer> {
  const { stdin } = process
  const chunks: Buffer[] = []
  const notice = setTimeout(
    () => {
      process.stderr.write(`Waiting for ${wanted} on standard input; Ctrl-D ends it.\n`)
    },
    stdin.isTTY ? 0 : PATIENCE_MILLISECONDS,
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
