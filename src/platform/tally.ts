/** Counts outgoing requests for the summary in the log. */
import type { Http } from './http.ts'

/** What a request asks for. */
export type RequestKind = 'introspection' | 'token' | 'keys' | 'discovery' | 'secret'

/** Counts since the last `take`. */
export interface Counts {
  readonly calls: Readonly<Record<RequestKind, number>>
  /** How many of them count against the rate limit of the backend's identity domain. */
  readonly rateLimited: number
}

const NOTHING: Counts['calls'] = { introspection: 0, token: 0, keys: 0, discovery: 0, secret: 0 }

export class Tally {
  #calls = { ...NOTHING }
  #rateLimited = 0

  /** Wraps `http` so that each request is counted. `isRateLimited` decides by its URL. */
  counting(
    http: Http,
    kind: RequestKind,
    isRateLimited: (url: string) => boolean = () => false,
  ): Http {
    return (request, deadline) => {
      this.#calls[kind] += 1
      if (isRateLimited(request.url)) this.#rateLimited += 1
      return http(request, deadline)
    }
  }

  /** Returns the counts and resets them. */
  take(): Counts {
    const counts = { calls: this.#calls, rateLimited: this.#rateLimited }
    this.#calls = { ...NOTHING }
    this.#rateLimited = 0
    return counts
  }
}
