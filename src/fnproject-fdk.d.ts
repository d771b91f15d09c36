/** The part of `@fnproject/fdk` that is used here; the package ships no types. */
declare module '@fnproject/fdk' {
  export interface Context {
    /** `Fn-Call-Id`; empty or absent outside of a platform. */
    readonly callID: string | null | undefined
    /** `Fn-Deadline`; null where the platform sends none. */
    readonly deadline: Date | null
  }

  /**
   * Listens on the socket that `FN_LISTENER` names. What the handler returns is sent as JSON with
   * status 200; what it throws is sent, its text included, with status 502.
   */
  export function handle(
    handler: (body: Buffer, context: Context) => Promise<object>,
    options: { readonly inputMode: 'buffer' },
  ): void
}
