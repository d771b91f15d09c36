import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'

/** The scripts that the first stage runs, and the entry points of the function. */
const ENTRIES = [
  'scripts/build/build.ts',
  'scripts/build/rehearsal/rehearse.ts',
  'src/func.ts',
  'src/boot/start.ts',
]
/** Read by npm, tsx and esbuild. */
const READ_BY_TOOLS = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json']

const [firstStage = ''] = readFileSync('Dockerfile', 'utf8').split(/^FROM (?!.* AS build)/m)
const copied = [...firstStage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources = '']) =>
  sources.split(' '),
)
const [excluded, ...exceptions] = readFileSync('.dockerignore', 'utf8').trim().split('\n')

let needed: readonly string[]
beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: ENTRIES,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    outdir: 'unused',
    metafile: true,
  })
  const sources = Object.keys(metafile.inputs)
  needed = [...new Set([...sources, ...READ_BY_TOOLS, ...sources.flatMap(filesReadBy)])]
})

/** The files that a source reads at run time, if their names are literals. */
function filesReadBy(source: string): string[] {
  const text = source.startsWith('scripts/build/') ? readFileSync(source, 'utf8') : ''
  return [...text.matchAll(/\breadFile(?:Sync)?\('([^']+)'/g)].flatMap(([, file = '']) => file)
}

function covers(source: string, file: string): boolean {
  return file === source || file.startsWith(`${source}/`)
}

describe('the first stage of the image', () => {
  it('copies every file that the build needs', () => {
    expect(needed.length).toBeGreaterThan(100)
    expect(needed).toEqual(expect.arrayContaining(['Dockerfile', 'src/vault/secret-cache.ts']))
    expect(needed.filter((file) => !copied.some((source) => covers(source, file)))).toEqual([])
  })

  it('copies nothing else', () => {
    expect(copied.filter((source) => !needed.some((file) => covers(source, file)))).toEqual([])
  })

  it('copies exactly what .dockerignore includes', () => {
    expect(excluded).toBe('*')
    expect(exceptions.toSorted()).toEqual(copied.map((source) => `!${source}`).toSorted())
  })
})
