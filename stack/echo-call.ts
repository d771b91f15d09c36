/** The standard call of the local stack: the Echo integration through the gateway, and its callers. */
import { PATH_PREFIXES } from './deployments.ts'
import type { LocalStack } from './local-stack.ts'
import { API_AUDIENCE } from './registrations.ts'

export const ECHO_SCOPE = `${API_AUDIENCE}echo:invoke`
export const ECHO_ROUTE = `${PATH_PREFIXES.multiArgument}/echo/hello`

export function partnersToken(stack: LocalStack): Promise<string> {
  return stack.requestCallerToken(stack.registrations.partnerA, ECHO_SCOPE)
}

export async function suppliersToken({ otherCallers, registrations }: LocalStack): Promise<string> {
  return (await otherCallers.requestToken(registrations.supplier, ECHO_SCOPE)).accessToken
}

/** The answer to the call; its body was read and discarded. */
export async function callEcho({ gateway }: LocalStack, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(gateway.url + ECHO_ROUTE, { headers })
  await response.arrayBuffer()
  return response
}
