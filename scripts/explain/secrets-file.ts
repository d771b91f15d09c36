/** The file of `--secrets`. Messages never quote its content. */
import { isJsonObject } from '../../src/platform/json.ts'
import { parseJson } from '../../stack/json.ts'
import { UsageError } from '../command-line/parse.ts'

/**
 * Secrets by the OCID of the Vault secret or by the client ID: a line `NAME=secret` each, or a JSON
 * object of texts. All that follows the first `=` is the secret, as it stands. Throws a `UsageError`.
 */
export function readSecretsFile(text: string): ReadonlyMap<string, string> {
  const json = /^\s*\{/.test(text) ? parseJson(text) : undefined
  const entries = isJsonObject(json) ? Object.entries(json) : linesOf(text)
  const isUsable = entries.every(([name, secret]) => name !== '' && typeof secret === 'string')
  if (!isUsable || new Set(entries.map(([name]) => name)).size < entries.length) {
    throw new UsageError(
      'The file of --secrets is not usable: give one line OCID=secret or CLIENT_ID=secret for each client, or a JSON object with these members.',
    )
  }
  return new Map(entries as [string, string][])
}

/** Empty lines and comments are left out. The name is empty for a line without `=`. */
function linesOf(text: string): [name: string, secret: string][] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  return lines
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => {
      const end = Math.max(0, line.indexOf('='))
      return [line.slice(0, end).trim(), line.slice(end + 1)]
    })
}
