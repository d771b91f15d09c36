/**
 * Owns where a text ceases to be JSON, for who has to correct it.
 * Pure.
 */

export interface Break {
  /** In words that follow “is not a JSON object”; empty where the text is JSON. */
  readonly where: string
  /** An editor has put “ or its like in place of ". */
  readonly isQuote: boolean
}

/** V8's own message quotes the text, which may be a secret. */
export function findJsonError(marked: string): Break {
  // A byte order mark is taken off by who decodes the text.
  const text = marked.replace(/^\uFEFF/, '')
  const error = errorOf(text)
  if (error === undefined) return { where: '', isQuote: false }
  if (mayGoOn(text)) return { where: ': it ends too early', isQuote: false }
  const position = error.position ?? firstImpossible(text)
  const lines = text.slice(0, position).split('\n')
  return {
    where: ` from line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1} on`,
    isQuote: /^[\u2018-\u201F\u00AB\u00BB]/.test(text.slice(position)),
  }
}

/** Why the text is no JSON, and where if V8 says so; it does not of a character that it expects nowhere. */
function errorOf(
  text: string,
): { readonly isEnd: boolean; readonly position: number | undefined } | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1]
    return {
      isEnd: String(error).includes('end of JSON'),
      position: position === undefined ? undefined : Number(position),
    }
  }
}

/** Whether something behind the text could make JSON of it. */
function mayGoOn(text: string): boolean {
  const error = errorOf(text)
  return error === undefined || error.isEnd || (error.position ?? -1) >= text.length
}

/** By halves: what begins with something impossible stays impossible, however long it is. */
function firstImpossible(text: string): number {
  let [possible, impossible] = [0, text.length]
  while (impossible - possible > 1) {
    const middle = (possible + impossible) >> 1
    if (mayGoOn(text.slice(0, middle))) possible = middle
    else impossible = middle
  }
  return possible
}
