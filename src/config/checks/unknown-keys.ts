/**
 * Owns the recognition of flat keys that nobody reads: what they want is not done, and a rule that
 * is not there lets more in.
 * Pure.
 */
import { FLAT_KEYS } from '../flat-keys.ts'
import type { FlatConfiguration } from '../flat-reader.ts'
import { looksSecret, remedyOfSecret, type ConfigProblem } from '../problems.ts'

/**
 * A key that is none of ours. Those of the platform are in capitals, and are compared by case alone.
 */
export function warnOfUnknownKeys(values: FlatConfiguration): readonly ConfigProblem[] {
  return Object.keys(values)
    .filter((key) => !KNOWN_KEYS.includes(key) && !OF_OTHERS.test(key))
    .flatMap((key) => {
      const isOfPlatform = key === key.toUpperCase()
      const meant = isOfPlatform ? keyInLowerCase(key) : (keyNear(key) ?? keyOfSameWords(key))
      if (meant === undefined && isOfPlatform) return []
      return { key, problem: 'is unknown and has no effect', remedy: remedyOf(key, meant) }
    })
}

function remedyOf(key: string, meant: string | undefined): string {
  if (looksSecret(key)) return remedyOfSecret(keyOfSameWords(`${key}_ocid`))
  return meant === undefined
    ? 'Compare its spelling with the table of keys; upper and lower case differ.'
    : `Is ${meant} meant?`
}

const KNOWN_KEYS = Object.keys(FLAT_KEYS)

/** Of npm where it starts the function, of container images, and proxies, which are told apart. */
const OF_OTHERS = /^(npm_.*|container|(https?|all|no)_proxy)$/i

function keyInLowerCase(key: string): string | undefined {
  return KNOWN_KEYS.find((known) => known === key.toLowerCase())
}

function keyNear(key: string): string | undefined {
  const written = letters(key)
  return KNOWN_KEYS.find((known) => isNear(written, letters(known)))
}

/** Without regard to case and to what separates words. */
function letters(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z]/g, '')
}

/** The one key that has at least half of all words of both in common, more than any other has. */
function keyOfSameWords(key: string): string | undefined {
  const words = wordsOf(key)
  const [best, second] = KNOWN_KEYS.map((known) => ({
    known,
    share: shareOf(words, wordsOf(known)),
  }))
    .filter(({ share }) => share >= 0.5)
    .sort((one, other) => other.share - one.share)
  return best?.share === second?.share ? undefined : best?.known
}

/** Without their endings: `clients` and `client`, `allowed` and `allow` are the same. */
function wordsOf(key: string): ReadonlySet<string> {
  return new Set(
    key
      .toLowerCase()
      .split(/[^a-z]+/)
      .map((word) => word.replace(/(s|ed)$/, '')),
  )
}

function shareOf(words: ReadonlySet<string>, others: ReadonlySet<string>): number {
  return [...words].filter((word) => others.has(word)).length / new Set([...words, ...others]).size
}

/** Whether one letter too many, too few, wrong or in the wrong place tells them apart, or nothing. */
function isNear(one: string, other: string): boolean {
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
