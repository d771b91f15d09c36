/** What others sent, as text that is safe to log and to display. */
import { isJsonObject } from './json.ts'
import type { LogValue } from './log.ts'

const MAX_LINE_CHARACTERS = 200

/** Of a longer string the log shows the beginning and the end: enough to recognize an issuer. */
const MAX_STRING_CHARACTERS = 32
const SHOWN = { first: 20, last: 10 }

/** What begins like a JWT, whole or in part. */
const JWT = /\beyJ[\w-]+(\.[\w-]*)*/g

/** Control, format and separator characters, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Nesting beyond this is left out: `JSON.stringify` is recursive, and callers nest as deep as they like. */
const MAX_DEPTH = 8

/** A caller's value as one short line of text: escaped, without tokens, long strings shortened. */
export function printable(value: LogValue): string {
  const text = typeof value === 'string' ? shortened(value) : JSON.stringify(bounded(value, 0))
  return text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)}…` : text
}

/** A copy with all strings shortened: names of members are the caller's as well. */
function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shortened(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) return '…'
  if (!isJsonObject(value)) return (value as unknown[]).map((each) => bounded(each, depth + 1))
  const members = Object.entries(value)
  return Object.fromEntries(
    members.map(([name, each]) => [shortened(name), bounded(each, depth + 1)]),
  )
}

function shortened(text: string): string {
  const shown = text.replace(JWT, '[JWT]')
  const { first, last } = SHOWN
  return escaped(
    shown.length > MAX_STRING_CHARACTERS ? `${shown.slice(0, first)}…${shown.slice(-last)}` : shown,
  )
}

/** A name from an unverified token: escaped, without tokens, and not shortened. */
export function printableName(name: string): string {
  return escaped(name.replace(JWT, '[JWT]'))
}

/** The text without characters that could change how other text is displayed. */
export function escaped(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`
}
