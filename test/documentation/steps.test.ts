import { spawnSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import {
  documentedCommands,
  documents,
  steps,
  shellBlocks,
  under,
} from '../oci/support/documents.ts'

// Only what needs no `oci`; `npm run test:oci` runs the blocks.
const blocks = documents.flatMap(shellBlocks)

describe('the shell blocks of the documents', () => {
  it.each(documents)('of %s are complete bash', (document) => {
    const texts = shellBlocks(document).map(({ text }) => text)
    for (const text of texts) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
    }
  })

  it('never pass an empty variable to oci, fn or docker', () => {
    const lines = blocks.flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    const commands = lines.filter((line) =>
      /^[^#]*\b(oci|oci_wait|ensure|fn|docker|set_key) /.test(line),
    )
    // In capitals: those of the steps. A placeholder in an answer that is shown is not one.
    const unchecked = commands.filter((line) =>
      /\$[A-Z]|\$\{[A-Z_\d]+\}/.test(line.replace(/echo .*/, '')),
    )
    expect(commands.length).toBeGreaterThan(30)
    expect(unchecked).toEqual([])
  })

  it('have oci commands that can be found in their text', () => {
    const found = documentedCommands()
    expect(found).toContain('fn function update container-function')
    expect(found).toContain('kms management vault create')
    expect(found.size).toBeGreaterThan(30)
  })

  const functions = under(steps, /^Set up the shell/)[1]?.text.replace(/^keep$/m, '') ?? ''

  it('form-encode client id and secret', () => {
    const secret = 'a b+%&"\\ü€/~=:'
    const { stdout } = spawnSync('bash', ['-c', `${functions}\nencoded "$1"`, 'bash', secret], {
      encoding: 'utf8',
    })
    expect(stdout).toBe(encodeURIComponent(secret))
  })

  it('print an error if a domain does not answer', () => {
    const script = `${functions}\ncurl() { return 6; }; ID=a SECRET=b; token https://down.example scope`
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      'no token from https://down.example: no answer\n',
    ])
  })
})
