import { UsageError } from '../command-line/parse.ts'

const HOW = 'give one access token on standard input, as it was issued'

/**
 * The token in the text, without `Authorization:` and `Bearer`. Throws a `UsageError` for what is obviously
 * not a token; the authorizer handles a malformed one.
 */
export function readToken(text: string): string {
  const token = text
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
  if (token === '') throw new UsageError(`There is no token: ${HOW}.`)
  if (/^[{[]/.test(token)) {
    throw new UsageError(`This is JSON: ${HOW}, which is the value of access_token.`)
  }
  if (token.startsWith('-----BEGIN')) throw new UsageError(`This is a PEM file: ${HOW}.`)
  if (/^basic\s/i.test(token)) throw new UsageError(`These are Basic credentials: ${HOW}.`)
  if (/\s/.test(token)) {
    const count = token.split(/\s+/).length
    throw new UsageError(`This is more than one word (${count}): ${HOW}, without line breaks.`)
  }
  return token
}
