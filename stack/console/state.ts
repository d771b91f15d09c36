/** The state of the stack on the console’s page. */
import type { ServerFault } from '../listen.ts'
import type { Verdict } from './checks.ts'

export interface ConsoleState {
  readonly gateway: string
  readonly callers: readonly CallerChoice[]
  readonly defects: readonly Choice[]
  readonly routes: readonly RouteChoice[]
  readonly servers: readonly {
    readonly name: string
    readonly url: string
    readonly fault: ServerFault | null
  }[]
  readonly faults: readonly Choice[]
  readonly keys: readonly Choice[]
  readonly secrets: readonly Choice[]
  readonly instances: readonly { readonly number: number; readonly state: string }[]
  readonly configuration: string
}

export interface Choice {
  readonly id: string
  readonly label: string
}

/** Whether the running configuration accepts this caller's tokens. */
export interface CallerChoice extends Choice {
  /** Null if unknown or not applicable, as for the user's own token. */
  readonly verdict: Verdict | null
}

export interface RouteChoice {
  readonly methods: readonly string[]
  readonly path: string
  readonly note: string
}
