/** The function's checks of a call, as the console shows them. */

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

/** The decision and its remedy. */
export interface Verdict {
  readonly outcome: 'permit' | 'deny' | 'fault'
  readonly reason: string
  readonly meaning: string
  readonly remedy: string
}

export interface CallChecks extends Verdict {
  readonly checks: readonly CallCheck[]
}

/** Checks the payload of a call, or a token alone, with the function's configuration and code. */
export type CheckCall = (
  configuration: Readonly<Record<string, string>>,
  call: ({ readonly payload: string } | { readonly token: string }) & {
    /** False if the function could not read them. */
    readonly hasSecrets: boolean
  },
) => Promise<CallChecks>
