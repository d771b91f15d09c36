/** Where the client secret comes from: a file, the environment, or the person at the terminal. */
import { readFile } from 'node:fs/promises'
import { askSilently } from '../command-line/ask.ts'
import { UsageError } from '../command-line/parse.ts'

/** Throws a `UsageError` where there is none. */
export async function readClientSecret(file: string | undefined): Promise<string> {
  if (file !== undefined) {
    const content = await readFile(file, 'utf8').catch(() => {
      throw new UsageError(`--client-secret-file ${file} cannot be read: give a readable file.`)
    })
    return content.replace(/\r?\n$/, '')
  }
  const secret = process.env['CLIENT_SECRET']
  if (secret !== undefined && secret !== '') return secret
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'Give the client secret in the environment variable CLIENT_SECRET or in a file (--client-secret-file); or --client-auth none for a public client.',
    )
  }
  return askSilently('Client secret (not shown): ', process.stdin)
}
