import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A package with files in the bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression from its package.json. */
  readonly license: string
  /** Contents of its license and notice files. */
  readonly texts: readonly string[]
  /** SHA-512 of its archive, from the lockfile, in Base64. */
  readonly sha512: string
}

const NODE_MODULES = 'node_modules/'

/**
 * `inputs`: paths of the files in the bundle. Throws for a package without a license or an integrity,
 * because it cannot be shipped.
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

/** The innermost package: `node_modules/a/node_modules/@b/c` for a file below it. */
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
  if (license === undefined) throw new Error(`${name} has no license`)
  if (algorithm !== 'sha512' || sha512 === undefined) throw new Error(`${name} has no integrity`)
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), 'utf8')))
  return { name, version, license, texts: texts.map((text) => text.trim()), sha512 }
}
