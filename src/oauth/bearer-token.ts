/**
 * Owns what a Bearer token looks like.
 * Pure.
 */

/** RFC 6750 §2.1: `b64token`. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/** Whether the text can stand behind `Bearer` in a header. */
export function isBearerToken(text: string): boolean {
  return B64TOKEN.test(text)
}
