import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compiledName, wrapped } from '../../src/platform/compiled-file.ts'
import { ACCEPTANCE_SCRIPT } from './compiled-code.ts'
import type { Container } from './container.ts'

const PRIVILEGES_SCRIPT = `
  const { rmSync, writeFileSync } = require('node:fs')
  const canWrite = (folder) => {
    try {
      writeFileSync(folder + '/probe', '')
      rmSync(folder + '/probe')
      return true
    } catch {
      return false
    }
  }
  const folders = ['/', '/tmp', '/etc', process.cwd()]
  process.stdout.write(JSON.stringify({
    uid: process.getuid(),
    gid: process.getgid(),
    groups: process.getgroups(),
    writable: folders.filter(canWrite),
  }))`

const EXPECTED_PRIVILEGES = { uid: 1000, gid: 1000, groups: [1000], writable: ['/tmp'] }

/** The calls prove nothing if the container has other privileges. */
export async function privilegeProblems(container: Container): Promise<string[]> {
  const found = await container.evaluate(PRIVILEGES_SCRIPT)
  const expected = JSON.stringify(EXPECTED_PRIVILEGES)
  return found === expected ? [] : [`found ${found}, expected ${expected}`]
}

/** `functionFolder`: the path of the image's function folder on this machine. */
export async function compiledProblems(
  container: Container,
  functionFolder: string,
): Promise<string[]> {
  const source = wrapped(readFileSync(join(functionFolder, 'authorizer.js'), 'utf8'))
  const words = [compiledName('authorizer.js')]
  const accepted = await container.evaluate(ACCEPTANCE_SCRIPT, words, source)
  return accepted === 'true' ? [] : ['V8 rejects it, and each cold start compiles the source']
}
