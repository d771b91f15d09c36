/** Stories about introspection, caches and an outage. */
import { ANOTHER_API_AUDIENCE, API_AUDIENCE } from '../../stack/registrations.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import type { CallerRequest } from './observe.ts'
import { REACHES_OIC, REFUSED, type Story } from './story.ts'

const ECHO = `${API_AUDIENCE}echo:invoke`
const { multiArgument, singleArgument, basicPassThrough, basicAtRoute } = PATH_PREFIXES
const echo = `${multiArgument}/echo/hello`

/** A token that several stories use, fetched once. */
function once(fetchToken: (stack: LocalStack) => Promise<string>) {
  let token: Promise<string> | undefined
  return (stack: LocalStack) => (token ??= fetchToken(stack))
}

const tokenOfPartnerA = once((stack) =>
  stack.requestCallerToken(stack.registrations.partnerA, `${ECHO} ${API_AUDIENCE}orders:invoke`),
)
const tokenOfPartnerB = once((stack) =>
  stack.requestCallerToken(stack.registrations.partnerB, ECHO),
)

function bearer(path: string, token: string): CallerRequest {
  return {
    path,
    authorization: `Bearer ${token}`,
  }
}

function basic({ oicUser }: LocalStack['registrations']): string {
  return `Basic ${Buffer.from(`${oicUser.name}:${oicUser.password}`).toString('base64')}`
}

/** The order matters: later stories use what earlier ones left in the caches. */
export const INTROSPECTION_STORIES: readonly Story[] = [
  {
    title: 'A valid caller reaches Oracle Integration',
    sends: 'a token of partner-a',
    request: async (stack) => bearer(echo, await tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'A second call with the same token is answered from the gateway’s cache',
    sends: 'the same token again',
    request: async (stack) => bearer(echo, await tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, decision: 'not called', oicTokenRequests: 0 },
  },
  {
    title: 'A second caller reuses the function’s token for Oracle Integration',
    sends: 'a token of partner-b',
    request: async (stack) => bearer(echo, await tokenOfPartnerB(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'No token',
    sends: 'no Authorization header',
    request: () => Promise.resolve({ path: echo }),
    expected: { ...REFUSED, decision: 'token_missing' },
  },
  {
    title: 'A malformed token',
    sends: 'Bearer garbage',
    request: () => Promise.resolve(bearer(echo, 'garbage')),
    expected: { ...REFUSED, decision: 'token_inactive' },
  },
  {
    title: 'An expired token',
    sends: 'a token that lived for one second',
    request: async (stack) => bearer(echo, await expiredToken(stack)),
    expected: { ...REFUSED, decision: 'token_inactive' },
  },
  {
    title: 'A token for another audience',
    sends: 'a valid token of the same identity domain for another API',
    request: async (stack) =>
      bearer(
        echo,
        await stack.requestCallerToken(stack.registrations.stranger, `${ANOTHER_API_AUDIENCE}read`),
      ),
    expected: { ...REFUSED, decision: 'audience_mismatch' },
  },
  {
    title: 'A token without the route’s scope',
    sends: 'a valid token of partner-b without the scope for orders',
    request: async (stack) => bearer(`${multiArgument}/orders/1`, await newTokenOfPartnerB(stack)),
    expected: { status: 403, decision: 'permitted', oicSees: 'nobody', oicTokenRequests: 0 },
  },
  {
    title: 'The identity provider is down: a fault, not a denial',
    sends: 'a valid token, while the callers’ identity domain refuses connections',
    request: async (stack) => {
      const token = await newTokenOfPartnerB(stack)
      await stack.callers.pause()
      return bearer(echo, token)
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
    request: async (stack) => bearer(echo, await newTokenOfPartnerB(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'A single-argument deployment',
    sends: 'a token of partner-a',
    request: async (stack) => bearer(`${singleArgument}/echo/hello`, await tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Without the function: the caller passes Basic credentials through',
    sends: 'user and password of Oracle Integration',
    request: ({ registrations }) =>
      Promise.resolve({
        path: `${basicPassThrough}/echo/hello`,
        authorization: basic(registrations),
      }),
    expected: {
      status: 200,
      decision: 'not called',
      oicSees: 'user integration.user',
      oicTokenRequests: 0,
    },
  },
  {
    title: 'Without the function: Basic credentials are set at the route',
    sends: 'no Authorization header',
    request: () => Promise.resolve({ path: `${basicAtRoute}/unprotected/echo/hello` }),
    expected: {
      status: 200,
      decision: 'not called',
      oicSees: 'user integration.user',
      oicTokenRequests: 0,
    },
  },
]

/** A token that is in no cache. */
function newTokenOfPartnerB(stack: LocalStack): Promise<string> {
  return stack.requestCallerToken(stack.registrations.partnerB, ECHO)
}

/** Waits until the token has expired. */
async function expiredToken(stack: LocalStack): Promise<string> {
  const token = await stack.requestCallerToken(stack.registrations.hasty, ECHO)
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number
  }
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 100))
  return token
}
