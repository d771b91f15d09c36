/**
 * Owns what there is of `fetch` in this process: next to nothing. `http.ts` is the one way out, and
 * Node loads a whole HTTP client as soon as a library so much as looks at one of these names, which
 * takes half as long as the rest of a first call.
 * I/O: changes the global object.
 */

/** Names of the Fetch standard and of its neighbours that Node's own client stands behind. */
const NAMES = [
  'fetch',
  'FormData',
  'Headers',
  'Request',
  'Response',
  'WebSocket',
  'CloseEvent',
  'MessageEvent',
  'EventSource',
]

/** `Headers` (https://fetch.spec.whatwg.org/#headers-class), as far as Oracle's client uses it. */
export class FetchHeaders {
  readonly #values = new Map<string, string>()

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase())
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value)
  }

  append(name: string, value: string): void {
    const before = this.get(name)
    this.set(name, before === null ? value : `${before}, ${value}`)
  }

  /** Names in lower case, each with its value. */
  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#values.entries()
  }
}

/** Takes all of it away but `Headers`. To be called before any library is loaded that looks for it. */
export function removeFetch(): void {
  for (const name of NAMES) Reflect.deleteProperty(globalThis, name)
  Object.assign(globalThis, { Headers: FetchHeaders })
}
