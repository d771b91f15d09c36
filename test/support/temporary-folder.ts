import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'

/** Creates a folder that is removed after the tests of the file. */
export function useTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'test-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const pathOf = (name: string) => join(folder, name)
  /** Writes text, or another value as JSON, and returns the path of the file. */
  const write = (name: string, content: unknown, mode = 0o600) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(pathOf(name), text, { mode })
    return pathOf(name)
  }
  return { pathOf, write }
}
