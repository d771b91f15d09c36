/** Reads the accepted forms of a configuration. Messages never quote the content, which may be secret. */
import { duplicateMembers } from '../../src/config/checks/json-text.ts'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import { isJsonObject, member, type JsonObject } from '../../src/platform/json.ts'
import { parseJson } from '../../stack/json.ts'
import { UsageError } from '../command-line/parse.ts'
import { decodeUtf8 } from '../command-line/read-file.ts'

/** Throws a `UsageError` for another form. */
export function readInput(content: Uint8Array): FlatConfiguration {
  const text = decodeUtf8(content)
  if (text === undefined) throw unknownForm('it is not UTF-8')
  if (text.trim() === '') throw unknownForm('it is empty')
  return /^\s*[{[]/.test(text) ? readJson(text) : readLines(text)
}

function unknownForm(why: string): UsageError {
  return new UsageError(
    `This cannot be checked, because ${why}: give lines key=value, a flat JSON object of strings, or the JSON configuration document. See --help.`,
  )
}

function readJson(text: string): FlatConfiguration {
  const json = parseJson(text)
  // As a document, its syntax error is reported with its position.
  if (json === undefined) return { authorizer_config: text }
  if (!isJsonObject(json)) throw unknownForm('it is JSON, but not an object')
  if (isDocument(json)) return { authorizer_config: text }
  if (duplicateMembers(text).length > 0) throw unknownForm('it has a member twice')
  const members = Object.entries(json)
  if (members.every((each): each is [string, string] => typeof each[1] === 'string')) {
    return Object.fromEntries(members)
  }
  // What `oci fn function get` and `oci fn application get` print without a query.
  const data = member(json, 'data')
  const config = isJsonObject(data) ? member(data, 'config') : undefined
  if (isJsonObject(config)) return readJson(JSON.stringify(config))
  throw unknownForm('it is a JSON object without `issuers`, and not all its values are strings')
}

/** A document without issuers is a document with a problem. */
function isDocument(json: JsonObject): boolean {
  return ['issuers', 'backends'].some((name) => {
    const value = member(json, name)
    return value !== undefined && typeof value !== 'string'
  })
}

function readLines(text: string): FlatConfiguration {
  const lines = new Map<string, string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, key, value] = KEY_AND_VALUE.exec(line) ?? []
    if (key === undefined || value === undefined) {
      throw unknownForm(`line ${index + 1} is not key=value`)
    }
    if (lines.has(key)) throw unknownForm(`line ${index + 1} repeats a key`)
    lines.set(key, withoutQuotes(value.trim()))
  }
  if (lines.size === 0) throw unknownForm('there are only comments')
  return Object.fromEntries(lines)
}

/** OCI Functions accepts letters, digits and `_` in keys, and no digit at the start. */
const KEY_AND_VALUE = /^\s*([A-Za-z_]\w*)\s*=(.*)$/

function withoutQuotes(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
}
