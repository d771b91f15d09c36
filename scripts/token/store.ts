/** The file with a refresh token, which only its owner may read. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { TokenError } from './talk.ts'

const OWNER_ALONE = 0o600

/** Throws an `Error` where others may read the file, or where it holds no refresh token. */
export async function readRefreshToken(file: string): Promise<string> {
  const { mode } = await stat(file).catch(() => {
    throw new TokenError(
      `${file} does not exist: get a token with offline_access and --store first`,
    )
  })
  if ((mode & 0o077) !== 0) {
    throw new TokenError(`${file} can be read by others: chmod 600, and consider the token known`)
  }
  const content = parsed(await readFile(file, 'utf8'))
  const isStore = typeof content === 'object' && content !== null && 'refresh_token' in content
  if (!isStore || typeof content.refresh_token !== 'string') {
    throw new TokenError(`${file} holds no refresh token`)
  }
  return content.refresh_token
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** In one step, so that a crash leaves the old token or the new one: servers take each but once. */
export async function writeRefreshToken(file: string, refreshToken: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  const content = `${JSON.stringify({ refresh_token: refreshToken })}\n`
  try {
    await writeFile(unfinished, content, { mode: OWNER_ALONE, flag: 'wx' })
    await rename(unfinished, file)
  } catch {
    throw new TokenError(`${file} cannot be written: give --store another file`)
  }
}
