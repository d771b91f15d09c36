/**
 * The longest accepted access token, of a caller or for the backend. The gateway accepts 8 KB of headers
 * in all. A token is ASCII, so a character is a byte.
 */
export const MAX_TOKEN_CHARACTERS = 16 * 1024

/** RFC 6750 §2.1: `b64token`. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/** Whether the text can follow `Bearer` in a header. */
export function isBearerToken(text: string): boolean {
  return B64TOKEN.test(text)
}

/** Whether the text can be part of a header: no control characters, no halves of surrogate pairs. */
export function isHeaderText(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text)
}
