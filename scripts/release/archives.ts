import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'

/** A fixed time, so that the same contents give the same archive. */
const TIME = new Date(2000, 0, 1)

/** Writes the files of a folder into a zip, below a folder `name`. */
export function zipFolder(folder: string, name: string, file: string): void {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const entries = paths.map(
    (path) => [`${name}/${path.slice(folder.length + 1)}`, readFileSync(path)] as const,
  )
  writeFileSync(file, zipSync(Object.fromEntries(entries), { level: 9, mtime: TIME }))
}

/** In the format of `sha256sum --check`. */
export function checksums(folder: string, names: readonly string[]): string {
  return [...names]
    .sort()
    .map((name) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')
      return `${digest}  ${name}\n`
    })
    .join('')
}
