/** The stories about introspection, from the first call to an outage. */
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

/** Told in this order: later ones build on what earlier ones left in the caches. */
export const INTROSPECTION_STORIES: readonly Story[] = [
  {
    title: 'A valid caller reaches Oracle Integration',
    sends: 'a token of partner-a',
    request: async (stack) => bearer(echo, await tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'The second call is served from the gateway’s cache',
    sends: 'the same token again',
    request: async (stack) => bearer(echo, await tokenOfPartnerA(stack)),
    expected: { ...REACHES_OIC, decision: 'not asked', oicTokenRequests: 0 },
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
    title: 'A garbage token',
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
    sends: 'a good token of the same identity domain, for another API',
    request: async (stack) =>
      bearer(
        echo,
        await stack.requestCallerToken(stack.registrations.stranger, `${ANOTHER_API_AUDIENCE}read`),
      ),
    expected: { ...REFUSED, decision: 'audience_mismatch' },
  },
  {
    title: 'A token without the route’s scope',
    sends: 'a good token of partner-b, who may echo but not order',
    request: async (stack) => bearer(`${multiArgument}/orders/1`, await newTokenOfPartnerB(stack)),
    expected: { status: 403, decision: 'permitted', oicSees: 'nobody', oicTokenRequests: 0 },
  },
  {
    title: 'The identity provider is down: an outage is never a denial',
    sends: 'a good token, while the callers’ identity domain refuses connections',
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
    title: 'The identity provider is back: the outage left nothing behind',
    sends: 'a good token',
    request: async (stack) => bearer(echo, await newTokenOfPartnerB(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'A single-argument deployment',
    sends: 'a token of partner-a, to the deployment of the older flavour',
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
      decision: 'not asked',
      oicSees: 'user integration.user',
      oicTokenRequests: 0,
    },
  },
  {
    title: 'Without the function: Basic credentials are set at the route',
    sends: 'nothing: whoever knows the address may call',
    request: () => Promise.resolve({ path: `${basicAtRoute}/unprotected/echo/hello` }),
    expected: {
      status: 200,
      decision: 'not asked',
      oicSees: 'user integration.user',
      oicTokenRequests: 0,
    },
  },
]

/** One that no cache has seen. */
function newTokenOfPartnerB(stack: LocalStack): Promise<string> {
  return stack.requestCallerToken(stack.registrations.partnerB, ECHO)
}

/** Waits until the identity domain itself calls the token expired. */
async function expiredToken(stack: LocalStack): Promise<string> {
  const token = await stack.requestCallerToken(stack.registrations.hasty, ECHO)
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number
  }
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 100))
  return token
}
