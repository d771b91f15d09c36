/**
 * Flat keys that are not ours. What they ask for is not done, and without a rule more tokens are
 * accepted.
 */
import { FLAT_KEYS, type FlatConfiguration, type FlatKey } from '../flat-keys.ts'
import { remedyOfForeignKey } from './foreign-keys.ts'
import { looksSecret, remedyOfSecret, type ConfigProblem } from '../problems.ts'

/**
 * Misspelt rules are problems where flat keys are the configuration: the function would start without
 * them. Other unknown keys are warnings. A name in capitals is an environment variable of the
 * platform, unless one of our keys has that name in lower case.
 */
export function unknownKeys(values: FlatConfiguration, isFlat: boolean) {
  const problems: ConfigProblem[] = []
  const warnings: ConfigProblem[] = []
  for (const key of Object.keys(values)) {
    if (KNOWN_KEYS.includes(key) || PLATFORM_KEYS.test(key)) continue
    const foreign = remedyOfForeignKey(key)
    const misspelt = isFlat && foreign === undefined ? misspeltRule(key, values) : undefined
    const isOfPlatform = key === key.toUpperCase()
    const meant = isOfPlatform ? keyInLowerCase(key) : (keyNear(key) ?? keyOfSameWords(key))
    if (misspelt !== undefined) problems.push({ key, ...misspelt })
    else if (foreign !== undefined) {
      const problem = 'is a key of another sample and has no effect'
      warnings.push({ key, problem, remedy: foreign })
    } else if (meant !== undefined || !isOfPlatform) {
      const problem = 'is unknown and has no effect'
      warnings.push({ key, problem, remedy: remedyOf(key, meant) })
    }
  }
  return { problems, warnings }
}

const KNOWN_KEYS = Object.keys(FLAT_KEYS)

/** Variables of npm (if it starts the function), of container images, and for proxies (another warning). */
const PLATFORM_KEYS = /^(npm_.*|container|(https?|all|no)_proxy)$/i

const RULES = Object.entries<FlatKey>(FLAT_KEYS)
  .filter(([, { isRule }]) => isRule)
  .map(([key]) => key)

/** Rules of an issuer that only the document has. */
const RULES_OF_DOCUMENT = ['required_claims', 'max_token_lifetime_seconds', 'token_type'].filter(
  (name) => !Object.hasOwn(FLAT_KEYS, name),
)

/** A name in capitals counts only if it is a rule's own name and that rule is missing. */
function misspeltRule(
  key: string,
  values: FlatConfiguration,
): Pick<ConfigProblem, 'problem' | 'remedy'> | undefined {
  const isMeant = (rule: string): boolean =>
    key === key.toUpperCase()
      ? rule === key.toLowerCase() && values[rule] === undefined
      : isMisspelling(key, rule)
  const rule = RULES.find(isMeant)
  const member = RULES_OF_DOCUMENT.find(isMeant)
  if (rule !== undefined) {
    const remedy = `Correct it to ${rule}, or remove it: the function would start without this rule.`
    return { problem: 'is unknown', remedy }
  }
  if (member === undefined) return undefined
  const remedy = `Put the issuer into the document (authorizer_config), which has ${member}.`
  return { problem: 'is not a flat key', remedy }
}

/** The same words, or one or two letters apart. */
function isMisspelling(key: string, rule: string): boolean {
  const snakeCase = key.replaceAll(/([a-z])([A-Z])/g, '$1_$2')
  if (shareOf(wordsOf(snakeCase), wordsOf(rule)) === 1) return true
  const withoutUnit = letters(rule.replace(/_seconds$/, ''))
  const allowed = withoutUnit.length < 10 ? 1 : 2
  return [letters(rule), withoutUnit].some((each) => editDistance(letters(key), each) <= allowed)
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

/**
 * The known key that shares the most words with this one: at least half of the words of both together.
 * Undefined if two share equally many.
 */
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
