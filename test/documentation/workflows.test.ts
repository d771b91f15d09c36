import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { root } from '../oci/support/documents.ts'

const folder = `${root}.github/workflows/`
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Record<string, string>
}

// Prettier, in `npm run check`, parses these files as YAML.
describe.each(readdirSync(folder))('the workflow %s', (name) => {
  const text = readFileSync(folder + name, 'utf8')

  it('pins each action to a commit and names its version', () => {
    const uses = text.match(/^.*\buses:.*$/gm) ?? []
    const loose = uses.filter(
      (line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line),
    )
    expect([uses.length > 0, loose]).toEqual([true, []])
  })

  it('has no write permission by default', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m)
  })

  it('runs only scripts of package.json', () => {
    const run = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? '')
    expect(run.filter((script) => scripts[script] === undefined)).toEqual([])
  })
})
