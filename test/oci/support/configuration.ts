import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cloud } from '../cloud/cloud.ts'
import { region } from '../cloud/others.ts'

/** Writes a file like `~/.oci/config` for the user of the tenancy; returns its path. */
export function writeConfiguration(folder: string, { user }: Cloud): string {
  const key = join(folder, 'key.pem')
  writeFileSync(key, user.privateKey, { mode: 0o600 })
  const file = join(folder, 'config')
  const text = `[DEFAULT]\n${user.configuration}key_file=${key}\nregion=${region}\n`
  writeFileSync(file, text, { mode: 0o600 })
  return file
}
