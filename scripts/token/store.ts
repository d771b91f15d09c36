/** The file with a refresh token, which only its owner can read. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { isRecord, parseJson } from '../../stack/json.ts'
import { TokenError } from './messages.ts'

/** Throws a `TokenError` if others can read the file, or if it has no refresh token. */
export async function readRefreshToken(file: string): Promise<string> {
  const { mode } = await stat(file).catch(() => {
    throw new TokenError(
      `${file} does not exist: get a token with offline_access and --store first`,
    )
  })
  if ((mode & 0o077) !== 0) {
    throw new TokenError(`${file} can be read by others: chmod 600, and revoke the token`)
  }
  const content = parseJson(await readFile(file, 'utf8'))
  const token = isRecord(content) ? content['refresh_token'] : undefined
  if (typeof token !== 'string') throw new TokenError(`${file} has no refresh token`)
  return token
}

/** Atomic, so that a crash leaves the old token or the new one: servers accept each only once. */
export async function writeRefreshToken(file: string, refreshToken: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  const content = `${JSON.stringify({ refresh_token: refreshToken })}\n`
  try {
    await writeFile(unfinished, content, { mode: 0o600, flag: 'wx' })
    await rename(unfinished, file)
  } catch {
    throw new TokenError(`${file} cannot be written: give --store another file`)
  }
}
