/** Stories about introspection, caches and an outage. */
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import { ECHO_ROUTE, ECHO_SCOPE } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { ANOTHER_API_AUDIENCE, API_AUDIENCE } from '../../stack/registrations.ts'
import { REACHES_OIC, REFUSED, sending, WITHOUT_FUNCTION, type Story } from './story.ts'

const { multiArgument, singleArgument, basicPassThrough, basicAtRoute } = PATH_PREFIXES

/** Fetches a token once for several stories. */
function once(fetchToken: (stack: LocalStack) => Promise<string>) {
  let token: Promise<string> | undefined
  return (stack: LocalStack) => (token ??= fetchToken(stack))
}

const tokenOfPartnerA = once((stack) =>
  stack.requestCallerToken(
    stack.registrations.partnerA,
    `${ECHO_SCOPE} ${API_AUDIENCE}orders:invoke`,
  ),
)
const tokenOfPartnerB = once(newTokenOfPartnerB)

function basic({ oicUser }: LocalStack['registrations']): string {
  return `Basic ${Buffer.from(`${oicUser.name}:${oicUser.password}`).toString('base64')}`
}

/** The order matters: later stories use the caches that earlier ones filled. */
export const INTROSPECTION_STORIES: readonly Story[] = [
  {
    title: 'A valid caller reaches Oracle Integration',
    sends: 'a token of partner-a',
    request: (stack) => sending(tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'A second call with the same token is answered from the gateway’s cache',
    sends: 'the same token again',
    request: (stack) => sending(tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, decision: 'not called', oicTokenRequests: 0 },
  },
  {
    title: 'A second caller reuses the function’s token for Oracle Integration',
    sends: 'a token of partner-b',
    request: (stack) => sending(tokenOfPartnerB(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'No token',
    sends: 'no Authorization header',
    request: () => ({ path: ECHO_ROUTE }),
    expected: { ...REFUSED, decision: 'token_missing' },
  },
  {
    title: 'A malformed token',
    sends: 'Bearer garbage',
    request: () => ({ path: ECHO_ROUTE, authorization: 'Bearer garbage' }),
    expected: { ...REFUSED, decision: 'token_inactive' },
  },
  {
    title: 'An expired token',
    sends: 'a token that lived for one second',
    request: (stack) => sending(expiredToken(stack)),
    expected: { ...REFUSED, decision: 'token_inactive' },
  },
  {
    title: 'A token for another audience',
    sends: 'a valid token of the same identity domain for another API',
    request: (stack) =>
      sending(
        stack.requestCallerToken(stack.registrations.stranger, `${ANOTHER_API_AUDIENCE}read`),
      ),
    expected: { ...REFUSED, decision: 'audience_mismatch' },
  },
  {
    title: 'A token without the route’s scope',
    sends: 'a valid token of partner-b without the scope for orders',
    request: (stack) => sending(newTokenOfPartnerB(stack), `${multiArgument}/orders/1`),
    expected: { status: 403, decision: 'permitted', oicSees: 'nobody', oicTokenRequests: 0 },
  },
  {
    title: 'The identity provider is down: a fault, not a denial',
    sends: 'a valid token, while the callers’ identity domain refuses connections',
    request: async (stack) => {
      const request = await sending(newTokenOfPartnerB(stack))
      await stack.callers.pause()
      return request
    },
    afterwards: (stack) => stack.callers.resume(),
    expected: {
      status: 502,
      decision: 'introspection_unavailable',
      oicSees: 'nobody',
      oicTokenRequests: 0,
    },
  },
  {
    title: 'The identity provider is back: calls are permitted at once',
    sends: 'a valid token',
    request: (stack) => sending(newTokenOfPartnerB(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'A single-argument deployment',
    sends: 'a token of partner-a',
    request: (stack) => sending(tokenOfPartnerA(stack), `${singleArgument}/echo/hello`),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Without the function: the caller passes Basic credentials through',
    sends: 'user and password of Oracle Integration',
    request: ({ registrations }) => ({
      path: `${basicPassThrough}/echo/hello`,
      authorization: basic(registrations),
    }),
    expected: { ...WITHOUT_FUNCTION, oicSees: 'user integration.user' },
  },
  {
    title: 'Without the function: Basic credentials are set at the route',
    sends: 'no Authorization header',
    request: () => ({ path: `${basicAtRoute}/unprotected/echo/hello` }),
    expected: { ...WITHOUT_FUNCTION, oicSees: 'user integration.user' },
  },
]

/** A token that is in no cache. */
function newTokenOfPartnerB(stack: LocalStack): Promise<string> {
  return stack.requestCallerToken(stack.registrations.partnerB, ECHO_SCOPE)
}

/** Waits until the token has expired. */
async function expiredToken(stack: LocalStack): Promise<string> {
  const token = await stack.requestCallerToken(stack.registrations.hasty, ECHO_SCOPE)
  const { exp = 0 } = decodeJwt(token)
  await delay(exp * 1000 - Date.now() + 100)
  return token
}
