import type { Agents } from './connections.ts'

/** Also bounds the memory for the ids. */
const MAX_REQUESTS = 100

/**
 * After a discarded answer, this many requests use connections of their own. So at most one in 20 is sent
 * twice, also if a flood of bad tokens gets answers that identify nothing.
 */
const REQUESTS_WITHOUT_REUSE = 20

/**
 * A connection to one server for requests with an id, one after the other. It sends no id twice, so
 * that a late or doubled answer to an earlier request never has the id of the present one.
 */
export class ReusableConnection {
  readonly #agents: Agents
  readonly #sentIds = new Set<string>()
  #isBusy = false
  #requestsWithoutReuse = 0

  /** `agents`: used for nothing else. */
  constructor(agents: Agents) {
    this.#agents = agents
  }

  /** The agents for a request with this id, until `release`; undefined if it needs a connection of its own. */
  acquire(id: string): Agents | undefined {
    if (this.#requestsWithoutReuse > 0) {
      this.#requestsWithoutReuse -= 1
      return undefined
    }
    if (this.#isBusy) return undefined
    if (this.#sentIds.has(id) || this.#sentIds.size >= MAX_REQUESTS) this.#close()
    this.#sentIds.add(id)
    this.#isBusy = true
    return this.#agents
  }

  /** After the exchange: only a connection with an answer that has the id is kept. */
  release({
    hasId,
    isDiscarded,
  }: {
    readonly hasId: boolean
    readonly isDiscarded: boolean
  }): void {
    if (!hasId) this.#close()
    if (isDiscarded) this.#requestsWithoutReuse = REQUESTS_WITHOUT_REUSE
    this.#isBusy = false
  }

  #close(): void {
    this.#agents.httpAgent.destroy()
    this.#agents.httpsAgent.destroy()
    this.#sentIds.clear()
  }
}
