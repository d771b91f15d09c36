import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { strFromU8, unzipSync } from 'fflate'
import { checksums, zipFolder } from '../../scripts/release/archives.ts'
import { changelogProblems, releaseNotes } from '../../scripts/release/changelog.ts'
import { obstacles } from '../../scripts/release/obstacles.ts'
import { root } from '../oci/support/documents.ts'

const changelog = `# Changelog

## Unreleased

### Added

- Something new.

## [1.2.0] - 2026-01-31

### Fixed

- A mistake.

## 1.1.0 - 2026-01-01

### Removed

- A key.

[1.2.0]: https://example.com/compare/1.1.0...1.2.0
`

describe('releaseNotes', () => {
  it.each([
    ['1.2.0', '### Fixed\n\n- A mistake.'],
    ['1.1.0', '### Removed\n\n- A key.'],
    ['1.2', undefined],
    ['Unreleased', undefined],
  ])('returns the section of %s', (version, notes) => {
    expect(releaseNotes(changelog, version)).toBe(notes)
  })

  it('returns nothing for an empty section', () => {
    const empty = '## 1.0.0 - 2026-01-01\n\n## 0.9.0 - 2025-01-01\n\n- A'

    expect(releaseNotes(empty, '1.0.0')).toBeUndefined()
  })
})

describe('changelogProblems', () => {
  it('accepts the changelog of this project and of the example', () => {
    const own = readFileSync(`${root}CHANGELOG.md`, 'utf8')
    expect([changelogProblems(changelog), changelogProblems(own)]).toEqual([[], []])
  })

  it.each([
    ['no section Unreleased', '## 1.0.0 - 2026-01-01\n', 'not “Unreleased”'],
    ['a version without a date', '## Unreleased\n## 1.0.0\n', 'not a version and a date'],
    [
      'a date in a different format',
      '## Unreleased\n## 1.0.0 - 31.1.2026\n',
      'not a version and a date',
    ],
    ['an unknown kind of change', '## Unreleased\n### Improved\n', '“Improved” is not one of'],
  ])('reports %s', (_, text, problem) => {
    expect(changelogProblems(text).join()).toContain(problem)
  })
})

describe('obstacles', () => {
  const state = {
    versions: { 'package-lock.json': '1.2.0', 'func.yaml': '1.2.0' },
    changelog,
    hasUncommittedChanges: false,
    hasTag: false,
  }

  it('returns nothing for a state that is ready', () => {
    expect(obstacles('1.2.0', state)).toEqual([])
  })

  it.each([
    ['another version', { versions: { 'func.yaml': '1.1.9' } }, 'func.yaml has version'],
    ['no version in func.yaml', { versions: { 'func.yaml': undefined } }, 'has version none'],
    ['uncommitted changes', { hasUncommittedChanges: true }, 'uncommitted changes'],
    ['an existing tag', { hasTag: true }, 'the tag v1.2.0 exists'],
    ['no section in the changelog', { changelog: '## Unreleased\n' }, 'has no section “1.2.0'],
  ])('reports %s', (_, change, obstacle) => {
    expect(obstacles('1.2.0', { ...state, ...change }).join()).toContain(obstacle)
  })

  it('is not caused by different versions in this project', () => {
    const versionIn = (file: string) =>
      (JSON.parse(readFileSync(root + file, 'utf8')) as { version: string }).version
    const func = /^version: (.*)$/m.exec(readFileSync(`${root}func.yaml`, 'utf8'))?.[1]
    expect([versionIn('package-lock.json'), func]).toEqual(Array(2).fill(versionIn('package.json')))
  })
})

describe('the archives', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'release-'))
    mkdirSync(join(folder, 'in', 'deep'), { recursive: true })
    writeFileSync(join(folder, 'in', 'b.txt'), 'second')
    writeFileSync(join(folder, 'in', 'deep', 'a.txt'), 'first')
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  it('contain all files in one folder, and are reproducible', () => {
    const files = ['one.zip', 'two.zip'].map((name) => join(folder, name))
    for (const file of files) zipFolder(join(folder, 'in'), 'project-1.2.0', file)
    const [one, two] = files.map((file) => readFileSync(file))
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true)
    const contents = Object.entries(unzipSync(one ?? Buffer.alloc(0)))
    expect(contents.map(([name, bytes]) => [name, strFromU8(bytes)])).toEqual([
      ['project-1.2.0/b.txt', 'second'],
      ['project-1.2.0/deep/a.txt', 'first'],
    ])
  })

  it('have checksums in the format of sha256sum', () => {
    expect(checksums(join(folder, 'in'), ['b.txt'])).toMatch(/^[0-9a-f]{64} {2}b\.txt\n$/)
  })
})
