/**
 * Owns the count of requests to neighbours, for the log's summary.
 * Pure.
 */
import type { Http } from './http.ts'

/** What a neighbour is asked for. */
export type CallKind = 'introspection' | 'token' | 'keys' | 'discovery' | 'secret'

/** Counts since the last `take`. */
export interface Counts {
  readonly calls: Readonly<Record<CallKind, number>>
  /** Those of them that an identity domain's rate limit counts. */
  readonly rateLimited: number
}

const NOTHING: Counts['calls'] = { introspection: 0, token: 0, keys: 0, discovery: 0, secret: 0 }

export class Tally {
  #calls = { ...NOTHING }
  #rateLimited = 0

  /** The same door, with what goes through it counted. `isRateLimited` judges the address. */
  counting(
    http: Http,
    kind: CallKind,
    isRateLimited: (url: string) => boolean = () => false,
  ): Http {
    return (request, deadline) => {
      this.#calls[kind] += 1
      if (isRateLimited(request.url)) this.#rateLimited += 1
      return http(request, deadline)
    }
  }

  /** The counts, which begin anew. */
  take(): Counts {
    const counts = { calls: this.#calls, rateLimited: this.#rateLimited }
    this.#calls = { ...NOTHING }
    this.#rateLimited = 0
    return counts
  }
}
