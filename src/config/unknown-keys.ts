/**
 * Owns the recognition of flat keys that are mistyped: what they want is not done, and a rule that
 * is not there lets more in.
 * Pure.
 */
import { FLAT_KEYS } from './flat-keys.ts'
import type { FlatConfiguration } from './flat-reader.ts'
import type { ConfigProblem } from './problems.ts'

/** A key that looks like one of ours and is none. */
export const warnOfUnknownKeys = (values: FlatConfiguration): readonly ConfigProblem[] =>
  Object.keys(values)
    .filter((key) => !KNOWN_KEYS.includes(key))
    .flatMap((key) => {
      const meant = keyMeantBy(key)
      if (meant === undefined && !looksKnown(key)) return []
      const comparison = 'Compare its spelling with the table of keys; upper and lower case differ.'
      return {
        key,
        problem: 'is unknown and has no effect',
        remedy: meant === undefined ? comparison : `Is ${meant} meant?`,
      }
    })

const KNOWN_KEYS = Object.keys(FLAT_KEYS)

const firstWord = (key: string): string => key.split('_', 1)[0] ?? key

const FIRST_WORDS = new Set(KNOWN_KEYS.filter((key) => key.includes('_')).map(firstWord))

/** Something more at its end, or the beginning of one of ours. */
const looksKnown = (key: string): boolean =>
  KNOWN_KEYS.some((known) => key.startsWith(known)) || FIRST_WORDS.has(firstWord(key))

/** What the platform calls its variables, in capitals, is compared by case alone. */
const keyMeantBy = (key: string): string | undefined => {
  if (key === key.toUpperCase()) return KNOWN_KEYS.find((known) => known === key.toLowerCase())
  const written = letters(key)
  return KNOWN_KEYS.find((known) => isNear(written, letters(known)))
}

/** Without regard to case and to what separates words. */
const letters = (key: string): string => key.toLowerCase().replaceAll(/[^a-z]/g, '')

/** Whether one letter too many, too few, wrong or in the wrong place tells them apart, or nothing. */
const isNear = (one: string, other: string): boolean => {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (long.length - short.length > 1) return false
  let same = 0
  while (same < short.length && short[same] === long[same]) same += 1
  const [shortRest, longRest] = [short.slice(same), long.slice(same)]
  const swapped = `${shortRest[1] ?? ''}${shortRest[0] ?? ''}${shortRest.slice(2)}`
  return (
    longRest === shortRest ||
    longRest.slice(1) === shortRest ||
    longRest.slice(1) === shortRest.slice(1) ||
    longRest === swapped
  )
}
