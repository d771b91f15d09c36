/**
 * Flat keys that nobody reads. What they ask for is not done, and a rule that is missing lets more
 * tokens in.
 */
import { FLAT_KEYS, type FlatConfiguration, type FlatKey } from '../flat-keys.ts'
import { remedyOfForeignKey } from './foreign-keys.ts'
import { looksSecret, remedyOfSecret, type ConfigProblem } from '../problems.ts'

/** Unknown keys. Those of the platform are in capitals, and are compared by case alone. */
export function warnOfUnknownKeys(values: FlatConfiguration): readonly ConfigProblem[] {
  return Object.keys(values)
    .filter((key) => !KNOWN_KEYS.includes(key) && !PLATFORM_KEYS.test(key))
    .flatMap((key) => {
      const foreign = remedyOfForeignKey(key)
      if (foreign !== undefined) {
        return { key, problem: 'is a key of another sample and has no effect', remedy: foreign }
      }
      const isOfPlatform = key === key.toUpperCase()
      const meant = isOfPlatform ? keyInLowerCase(key) : (keyNear(key) ?? keyOfSameWords(key))
      if (meant === undefined && isOfPlatform) return []
      return { key, problem: 'is unknown and has no effect', remedy: remedyOf(key, meant) }
    })
}

const RULES = Object.entries<FlatKey>(FLAT_KEYS)
  .filter(([, { isRule }]) => isRule)
  .map(([key]) => key)

/** Rules of an issuer that only the document has. */
const RULES_OF_DOCUMENT = ['required_claims', 'max_token_lifetime_seconds', 'token_type'].filter(
  (name) => !Object.hasOwn(FLAT_KEYS, name),
)

/**
 * Misspelt rules. The function would start without them. Names in capitals are the platform's, so
 * only those that are a rule's own name count, and only where that rule is missing.
 */
export function misspeltRules(values: FlatConfiguration): readonly ConfigProblem[] {
  return Object.keys(values)
    .filter((key) => !KNOWN_KEYS.includes(key) && remedyOfForeignKey(key) === undefined)
    .flatMap((key) => {
      const isInCapitals = key === key.toUpperCase()
      const isMeant = (rule: string): boolean =>
        isInCapitals
          ? rule === key.toLowerCase() && values[rule] === undefined
          : isMisspelling(key, rule)
      const rule = RULES.find(isMeant)
      if (rule !== undefined) {
        const remedy = `Correct it to ${rule}, or remove it: the function would start without this rule.`
        return { key, problem: 'is unknown', remedy }
      }
      const member = RULES_OF_DOCUMENT.find(isMeant)
      if (member === undefined) return []
      const remedy = `Put the issuer into the document (authorizer_config), which has ${member}.`
      return { key, problem: 'is not a flat key', remedy }
    })
}

/** The same words, or one or two letters apart. */
function isMisspelling(key: string, rule: string): boolean {
  const written = letters(key)
  const meant = letters(rule)
  if (written === meant) return true
  if (shareOf(wordsOf(snakeCase(key)), wordsOf(rule)) === 1) return true
  const withoutUnit = letters(rule.replace(/_seconds$/, ''))
  const allowed = withoutUnit.length < 10 ? 1 : 2
  return [meant, withoutUnit].some((each) => editDistance(written, each) <= allowed)
}

function snakeCase(key: string): string {
  return key.replaceAll(/([a-z])([A-Z])/g, '$1_$2')
}

/** Insertions, deletions, replacements, and swaps of two adjacent letters. */
function editDistance(one: string, other: string): number {
  let [before, previous]: readonly [readonly number[], readonly number[]] = [
    [],
    Array.from({ length: other.length + 1 }, (_, index) => index),
  ]
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwap ? (before[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      )
    }
    ;[before, previous] = [previous, current]
  }
  return previous[other.length] ?? 0
}

function remedyOf(key: string, meant: string | undefined): string {
  if (looksSecret(key)) return remedyOfSecret(keyOfSameWords(`${key}_ocid`))
  return meant === undefined
    ? 'Compare its spelling with the table of keys; upper and lower case differ.'
    : `Is ${meant} meant?`
}

const KNOWN_KEYS = Object.keys(FLAT_KEYS)

/** Of npm where it starts the function, of container images, and proxies, which are told apart. */
const PLATFORM_KEYS = /^(npm_.*|container|(https?|all|no)_proxy)$/i

function keyInLowerCase(key: string): string | undefined {
  return KNOWN_KEYS.find((known) => known === key.toLowerCase())
}

function keyNear(key: string): string | undefined {
  const written = letters(key)
  return KNOWN_KEYS.find((known) => editDistance(written, letters(known)) <= 1)
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
