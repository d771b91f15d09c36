/**
 * Owns the search for members that an object of a JSON text has twice: parsers take the last one and
 * drop the other without a word, a rule among them.
 * Pure.
 */

/** An object or array that has begun and not ended. */
interface Open {
  /** Of an object; undefined for an array. */
  readonly names: Set<string> | undefined
  /** The member or the entry that is being read. */
  at: string | number
  /** Whether a text that comes now is a name. */
  expectsName: boolean
}

/** Texts whole, so that what stands in them is not taken for structure. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g

/**
 * The paths of members that stand there twice, each once; names are compared as they are read, after
 * their escapes. The text has to be JSON.
 */
export function duplicateMembers(text: string): readonly string[] {
  const found = new Set<string>()
  const open: Open[] = []
  for (const [token] of text.matchAll(TOKENS)) {
    const inner = open.at(-1)
    if (token === '{') open.push({ names: new Set(), at: '', expectsName: true })
    else if (token === '[') open.push({ names: undefined, at: 0, expectsName: false })
    else if (token === '}' || token === ']') open.pop()
    else if (inner === undefined) continue
    else if (token !== ',') {
      if (!readName(inner, token)) continue
      found.add(open.map(({ at }) => at).join('.'))
    } else if (typeof inner.at === 'number') inner.at += 1
    else inner.expectsName = true
  }
  return [...found]
}

/** Takes the text for the name of the next member, if one is due; whether it was there before. */
function readName(inner: Open, token: string): boolean {
  if (!inner.expectsName || inner.names === undefined) return false
  const name = JSON.parse(token) as string
  inner.at = name
  inner.expectsName = false
  const isThere = inner.names.has(name)
  inner.names.add(name)
  return isThere
}
