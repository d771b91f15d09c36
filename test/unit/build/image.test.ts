import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { baseImagesOf } from '../../../scripts/image/base-images.ts'
import { fileProblems } from '../../../scripts/image/files.ts'
import { missingRequirements } from '../../../scripts/image/requirements.ts'

describe('baseImagesOf', () => {
  it('returns the images of both stages', () => {
    expect(baseImagesOf('FROM a.io/b/node:24-dev AS build\nRUN x\nFROM a.io/b/node:24\n')).toEqual({
      build: 'a.io/b/node:24-dev',
      runtime: 'a.io/b/node:24',
      nodeVersion: '24',
    })
  })

  it.each([
    'FROM node:24-dev AS build\n',
    'FROM node:24-dev AS build\nFROM node:22\n',
    'FROM node:24 AS build\nFROM node:24\n',
    'FROM node:24-dev AS build\nFROM node:24\nFROM other\n',
  ])('rejects %j', (dockerfile) => {
    expect(() => baseImagesOf(dockerfile)).toThrow(/two stages|do not belong together/)
  })
})

describe('fileProblems', () => {
  const FILES = [
    'THIRD-PARTY-NOTICES.txt',
    'authorizer.js',
    'authorizer.js.compiled',
    'func.js',
    'package.json',
    'sbom.cdx.json',
  ]
  const OWNER = process.getuid?.() ?? 0
  let folder: string
  const inFolder = (name: string) => join(folder, name)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'files-'))
    chmodSync(folder, 0o755)
    for (const name of FILES) writeFileSync(inFolder(name), '', { mode: 0o444 })
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  it('accepts files that are complete, read-only and owned by a different user', () => {
    expect(fileProblems(folder, OWNER)).toEqual([])
  })

  it.each<[string, () => Promise<void>, string]>([
    ['a missing file', () => rm(inFolder('func.js')), 'func.js is missing'],
    [
      'an additional file',
      () => writeFile(inFolder('config.ts'), '', { mode: 0o444 }),
      'config.ts does not belong there',
    ],
    ['a writable file', () => chmod(inFolder('func.js'), 0o644), 'func.js is writable (mode 644)'],
    ['a folder that others can write', () => chmod(folder, 0o757), '. is writable (mode 757)'],
  ])('rejects %s', async (_case, change, problem) => {
    await change()

    expect(fileProblems(folder, OWNER)).toEqual([problem])
  })

  it('rejects files that are owned by the user that runs them', () => {
    expect(fileProblems(folder, OWNER + 1)).toContain(
      `func.js belongs to uid ${OWNER}, which can write it`,
    )
  })
})

describe('missingRequirements', () => {
  it('returns nothing on Linux as root with all programs', () => {
    expect(missingRequirements(() => true, { platform: 'linux', uid: 0 })).toEqual([])
  })

  it.each<[string, string[], { platform: string; uid: number | undefined }, RegExp]>([
    ['buildah', ['unshare', 'setpriv'], { platform: 'linux', uid: 0 }, /apt-get install .*buildah/],
    ['unshare', ['buildah', 'setpriv'], { platform: 'linux', uid: 0 }, /util-linux/],
    ['root', ['buildah', 'unshare', 'setpriv'], { platform: 'linux', uid: 1000 }, /sudo/],
  ])('returns the remedy for a missing %s', (_what, present, machine, expected) => {
    expect(missingRequirements((program) => present.includes(program), machine)).toEqual([
      expect.stringMatching(expected),
    ])
  })
})
