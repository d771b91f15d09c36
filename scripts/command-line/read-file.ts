import { readFileSync } from 'node:fs'
import { UsageError } from './parse.ts'

/** `name`: of the file, for the message of the `UsageError` that it throws. */
export function readFile(name: string, file: string | 0, advice = '.'): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`${name} cannot be read (${code})${advice}`)
  }
}

/** The text of UTF-8 without a byte order mark; undefined for another encoding. */
export function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return undefined
  }
}
