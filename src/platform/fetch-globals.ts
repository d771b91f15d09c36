/**
 * Removes `fetch` and its related globals. All requests go through `http.ts`, and Node loads a whole
 * HTTP client when a library accesses one of these names, which takes a good part of a first call.
 */

/** Globals that Node implements with its own HTTP client (undici). */
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

/** The part of `Headers` (https://fetch.spec.whatwg.org/#headers-class) that Oracle's SDK uses. */
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

/** Leaves a small `Headers`. Call it before loading any library that accesses these globals. */
export function removeFetch(): void {
  for (const name of NAMES) Reflect.deleteProperty(globalThis, name)
  Object.assign(globalThis, { Headers: FetchHeaders })
}
