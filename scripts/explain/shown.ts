import { escaped } from '../../src/platform/printable.ts'
import { isJsonObject } from '../../src/platform/json.ts'

/** Longer than any useful claim. */
const MAX_CHARACTERS = 1_000

export const NOTHING = 'nothing'

/** A value as one line of text: escaped, and truncated only if it is very long. */
export function shown(value: unknown): string {
  const line = escaped(textOf(value))
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || isEmpty(value)) return NOTHING
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value.join(' ')
    : JSON.stringify(value)
}

function isEmpty(value: unknown): boolean {
  return (Array.isArray(value) || isJsonObject(value)) && Object.keys(value).length === 0
}

/** JSON without characters that change how other text is displayed. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_none, index) => {
      const unit = character.charCodeAt(index).toString(16).padStart(4, '0')
      return `\\u${unit}`
    }).join(''),
  )
}
