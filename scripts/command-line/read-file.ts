import { readFileSync } from 'node:fs'
import { UsageError } from './parse.ts'

/** `name` is of the file in the error. Throws a `UsageError`. */
export function readFile(name: string, file: string | 0, advice = '.'): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`${name} cannot be read (${code})${advice}`)
  }
}
