/**
 * Owns which packages of others are in the bundle, and under which licence each of them is.
 * I/O: reads what the package manager installed, and its lockfile.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression, as the package says it. */
  readonly license: string
  /** The texts of its licence and notice files. */
  readonly texts: readonly string[]
  /** SHA-512 of the archive that it came in, as base64. */
  readonly sha512: string
}

const NODE_MODULES = 'node_modules/'

/**
 * `inputs`: the files that went into the bundle, by their paths. Throws an `Error` for a package
 * without licence or integrity: it could not be shipped.
 */
export async function bundledPackages(
  inputs: readonly string[],
): Promise<readonly BundledPackage[]> {
  const folders = new Set(inputs.flatMap((input) => folderOf(input) ?? []))
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as Lockfile
  return Promise.all([...folders].sort().map((folder) => describe(folder, lock)))
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly integrity?: string } | undefined>>
}

/** The package's own folder, which may lie in that of another: `node_modules/a/node_modules/@b/c`. */
function folderOf(input: string): string | undefined {
  const start = input.lastIndexOf(NODE_MODULES)
  if (start < 0) return undefined
  const path = input.slice(start + NODE_MODULES.length).split('/')
  const name = path.slice(0, input.startsWith('@', start + NODE_MODULES.length) ? 2 : 1)
  return input.slice(0, start) + NODE_MODULES + name.join('/')
}

async function describe(folder: string, lock: Lockfile): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: string
  }
  const { name, version, license } = manifest
  const [algorithm, sha512] = lock.packages[folder]?.integrity?.split('-') ?? []
  if (license === undefined) throw new Error(`${name} does not say its licence`)
  if (algorithm !== 'sha512' || sha512 === undefined) throw new Error(`${name} has no integrity`)
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), 'utf8')))
  return { name, version, license, texts: texts.map((text) => text.trim()), sha512 }
}
