import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of all files except compiled code and maps. */
export function distSize(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && !/\.(map|compiled)$/.test(join(entry.parentPath, entry.name)),
    )
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
