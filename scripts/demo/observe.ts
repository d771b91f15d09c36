/** Sends one call through the local stack, and records what each part received. */
import type { LocalStack } from '../../stack/local-stack.ts'

export interface CallerRequest {
  /** Path at the gateway, deployment prefix included; at Oracle Integration with `isDirect`. */
  readonly path: string
  /** The call goes to Oracle Integration, not to the gateway. */
  readonly isDirect?: boolean
  /** The `Authorization` header; undefined: none. */
  readonly authorization?: string
}

export interface Observation {
  readonly status: number
  readonly challenge: string | null
  /** The function's decision; undefined if the gateway did not call it. */
  readonly decision: Readonly<Record<string, unknown>> | undefined
  /** The caller at Oracle Integration; undefined if it received no call. */
  readonly oicCaller: string | undefined
  /** Requests to the token endpoint for Oracle Integration. */
  readonly oicTokenRequests: number
}

export async function observe(stack: LocalStack, request: CallerRequest): Promise<Observation> {
  const decisionsBefore = decisions(stack).length
  const callsBefore = stack.integration.requests.length
  const tokenRequestsBefore = tokenRequests(stack)
  const origin = request.isDirect === true ? stack.integration.url : stack.gateway.url
  const response = await fetch(origin + request.path, {
    headers: request.authorization === undefined ? {} : { authorization: request.authorization },
  })
  await response.arrayBuffer()

  const call = stack.integration.requests[callsBefore]
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    decision: decisions(stack)[decisionsBefore],
    oicCaller: call === undefined ? undefined : nameOf(call.caller),
    oicTokenRequests: tokenRequests(stack) - tokenRequestsBefore,
  }
}

function decisions(stack: LocalStack) {
  return stack.authorizer.jsonLog().filter((line) => line['event'] === 'decision')
}

function tokenRequests(stack: LocalStack): number {
  return stack.oicDomain.requests.filter(({ grantType }) => grantType !== undefined).length
}

type OicCaller = LocalStack['integration']['requests'][number]['caller']

function nameOf(caller: OicCaller): string {
  if (caller === undefined) return 'a rejected caller'
  if (caller.scheme === 'Basic') return `user ${caller.user}`
  return caller.subject === caller.client ? `client ${caller.client}` : `user ${caller.subject}`
}
