/** Finds the function's log lines in a text: unchanged, or wrapped by OCI Logging in any way. */
import { isJsonObject, member, type JsonObject } from '../../src/platform/json.ts'
import { parseJson } from '../../stack/json.ts'

/** Deeper than any export of OCI Logging. */
const MAX_DEPTH = 12

/**
 * All decisions, warnings and configuration problems in the text, in their order. The text is JSON, or
 * has JSON on each line, which may have a prefix; wrapped lines may be objects or strings of JSON.
 */
export function readLogLines(text: string): readonly JsonObject[] {
  const whole = parseJson(text)
  const values = whole === undefined ? text.split(/\r?\n/).map(parseLine) : [whole]
  return values.flatMap((value) => eventsIn(value, 0))
}

function parseLine(line: string): unknown {
  const start = line.indexOf('{')
  return start < 0 ? undefined : (parseJson(line) ?? parseJson(line.slice(start)))
}

const EVENTS = ['decision', 'config_invalid', 'config_warning', 'warning']

function eventsIn(value: unknown, depth: number): readonly JsonObject[] {
  if (depth > MAX_DEPTH) return []
  if (typeof value === 'string') {
    return value.includes('"event"') ? eventsIn(parseLine(value), depth + 1) : []
  }
  if (Array.isArray(value)) return value.flatMap((each) => eventsIn(each, depth + 1))
  if (!isJsonObject(value)) return []
  if (EVENTS.some((event) => member(value, 'event') === event)) return [value]
  return Object.values(value).flatMap((each) => eventsIn(each, depth + 1))
}
