/** What the function checks of a call, as the console shows it. */

export interface CallCheck {
  readonly name: string
  /** The issuer's name in the configuration; null before one was chosen. */
  readonly issuer: string | null
  readonly expected: string
  readonly actual: string
  readonly ok: boolean
  /** The denial or fault that follows if it fails. */
  readonly reason: string | null
}

/** What was decided, and what to do. */
export interface Verdict {
  readonly outcome: 'permit' | 'deny' | 'fault'
  readonly reason: string
  readonly meaning: string
  readonly remedy: string
}

export interface CallChecks extends Verdict {
  readonly checks: readonly CallCheck[]
}

/** Judges the payload of a call, or a token alone, with the function's configuration and code. */
export type CheckCall = (
  configuration: Readonly<Record<string, string>>,
  call: ({ readonly payload: string } | { readonly token: string }) & {
    /** False if Vault did not give them to the function. */
    readonly hasSecrets: boolean
  },
) => Promise<CallChecks>
