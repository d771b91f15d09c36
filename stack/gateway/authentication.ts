/** Authenticates a request by the policy of its deployment. */
import type { Authentication } from './authentication-policy.ts'
import { askAuthorizer, type AuthorizerCaller } from './authorizer-function.ts'
import { callerOf, type Caller } from './caller.ts'
import type { ContextTables } from './context-variables.ts'
import type { Log } from './execution-log.ts'
import { validateToken, type TokenValidator } from './tokens/validate-token.ts'

export interface Authenticator extends AuthorizerCaller, TokenValidator {}

export type Outcome =
  | { readonly kind: 'authenticated'; readonly caller: Caller }
  | {
      readonly kind: 'denied'
      /** Value of `WWW-Authenticate`. */
      readonly challenge: string | undefined
      /** Becomes `request.auth[...]` of the answer. */
      readonly context: Caller['context']
    }
  | { readonly kind: 'undecided'; readonly status: number }

export async function authenticate(
  authenticator: Authenticator,
  policy: Authentication,
  deployment: string,
  tables: ContextTables,
  opcRequestId: string,
  log: Log,
): Promise<Outcome> {
  const { settings } = authenticator
  if (policy.type !== 'CUSTOM_AUTHENTICATION') {
    const result = await validateToken(authenticator, policy, deployment, tables, log)
    switch (result.kind) {
      case 'valid':
        return { kind: 'authenticated', caller: callerOf(result.claims, settings) }
      case 'invalid':
        return { kind: 'denied', challenge: settings.ownChallenge, context: new Map() }
      case 'undecided':
        return { kind: 'undecided', status: 500 }
    }
  }
  const result = await askAuthorizer(authenticator, policy, deployment, tables, opcRequestId, log)
  switch (result.kind) {
    case 'authenticated':
      return { kind: 'authenticated', caller: result.answer }
    case 'denied':
      return {
        kind: 'denied',
        challenge: result.answer?.wwwAuthenticate,
        context: result.answer?.context ?? new Map(),
      }
    case 'undecided':
      return result
  }
}
