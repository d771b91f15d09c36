/** Reads the client secret from a file, the environment or the terminal. */
import { readFile } from 'node:fs/promises'
import { promptSecret } from '../command-line/prompt.ts'
import { UsageError } from '../command-line/parse.ts'

/** Throws a `UsageError` if there is none. */
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
  return promptSecret('Client secret (not shown): ', process.stdin)
}
