/** Reads the file of `--secrets`. Messages never quote its content. */
import { isJsonObject } from '../../src/platform/json.ts'
import { parseJson } from '../../stack/json.ts'
import { UsageError } from '../command-line/parse.ts'
import { decodeUtf8 } from '../command-line/read-file.ts'

/**
 * Secrets by the OCID of the Vault secret or by the client ID: a line `NAME=secret` each, or a JSON
 * object with string values. The secret is everything after the first `=`, unchanged. Throws a
 * `UsageError`.
 */
export function readSecretsFile(content: Uint8Array): ReadonlyMap<string, string> {
  const text = decodeUtf8(content)
  if (text === undefined) {
    throw new UsageError('The file of --secrets is not UTF-8: save it as UTF-8.')
  }
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

/** Skips empty lines and comments. A line without `=` has an empty name. */
function linesOf(text: string): [name: string, secret: string][] {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => {
      const end = Math.max(0, line.indexOf('='))
      return [line.slice(0, end).trim(), line.slice(end + 1)]
    })
}
