import type { HttpAnswer } from '../../../src/platform/http.ts'

/** An answer as the HTTP client returns it; a body that is not a string is sent as JSON. */
export function answer(status: number, body: unknown, mediaType = 'application/json'): HttpAnswer {
  return {
    status,
    header: (name) => (name === 'content-type' ? mediaType : undefined),
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

/** An answer whose `Content-Type` header is absent. */
export function untypedAnswer(status: number, body: string): HttpAnswer {
  return {
    ...answer(status, body),
    header: () => undefined,
  }
}
