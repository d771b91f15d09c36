/** The used part of `@fnproject/fdk`, which ships no types. */
declare module '@fnproject/fdk' {
  export interface Context {
    /** `Fn-Call-Id`; empty or absent outside of OCI Functions. */
    readonly callID: string | null | undefined
    /** `Fn-Deadline`; null if the header is absent. */
    readonly deadline: Date | null
    /** The first value of a header of the function's request, whatever the case of its name; null if absent. */
    getHeader(name: string): string | null
  }

  /**
   * Listens on the socket in `FN_LISTENER`. Sends the handler's result as JSON with status 200. If
   * the handler throws, sends the error's message with status 502.
   */
  export function handle(
    handler: (body: Buffer, context: Context) => Promise<object>,
    options: { readonly inputMode: 'buffer' },
  ): void
}
