/**
 * Stories of the flows in which a client calls Oracle Integration directly, as Oracle's A-Team describes
 * them: client credentials and authorization code ("OAuth for OIC"), and the device flow.
 */
import { refreshToken, type IssuedToken } from '../../stack/identity/client-request.ts'
import type { ClientOptions } from '../../stack/identity/options.ts'
import { echoPath } from '../../stack/integration.ts'
import { ECHO_ROUTE, ECHO_SCOPE } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { ALICE, OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'
import { initialConfiguration } from './configurations.ts'
import type { CallerRequest } from './observe.ts'
import { REACHES_OIC, WITHOUT_FUNCTION, type Story } from './story.ts'

const SCOPE = `${OIC_AUDIENCE}${OIC_SCOPE}`
const OFFLINE_SCOPE = `${SCOPE} offline_access`

function direct({ accessToken }: IssuedToken): CallerRequest {
  return { path: `${echoPath}/hello`, isDirect: true, authorization: `Bearer ${accessToken}` }
}

/** Neither the gateway nor the function is involved. */
const AS_ALICE = { ...WITHOUT_FUNCTION, oicSees: `user ${ALICE}` } as const

async function deviceTokens({ oicDomain, registrations: { oicDevice, alice } }: LocalStack) {
  return oicDomain.requestDeviceToken(oicDevice, alice, OFFLINE_SCOPE)
}

async function codeTokens({ oicDomain, registrations: { oicPortal, alice } }: LocalStack) {
  return oicDomain.requestCodeToken(oicPortal, alice, OFFLINE_SCOPE)
}

function refreshed({ oicDomain }: LocalStack, client: ClientOptions, first: IssuedToken) {
  return refreshToken(oicDomain.tokenEndpoint, client, first.refreshToken ?? '')
}

export const USER_FLOW_STORIES: readonly Story[] = [
  {
    title: 'Directly, client credentials: the application calls Oracle Integration as itself',
    sends: 'a token of oic-client, to the Echo integration',
    request: async ({ oicDomain, registrations: { oicClient } }) =>
      direct(await oicDomain.requestToken(oicClient, SCOPE)),
    expected: { ...WITHOUT_FUNCTION, oicSees: 'client oic-client' },
  },
  {
    title: 'Directly, device flow: Alice approves a public client on another device',
    sends: 'the token that oic-device gets, to the Echo integration',
    request: async (stack) => direct(await deviceTokens(stack)),
    expected: AS_ALICE,
  },
  {
    title: 'Directly, device flow: the refresh token yields a new token without Alice',
    sends: 'the refreshed token, to the Echo integration',
    request: async (stack) =>
      direct(await refreshed(stack, stack.registrations.oicDevice, await deviceTokens(stack))),
    expected: AS_ALICE,
  },
  {
    title: 'Directly, authorization code with PKCE: Alice logs in to the portal',
    sends: 'the token that oic-portal gets, to the Echo integration',
    request: async (stack) => direct(await codeTokens(stack)),
    expected: AS_ALICE,
  },
  {
    title: 'Directly, authorization code: the refresh token yields a new token',
    sends: 'the refreshed token, to the Echo integration',
    request: async (stack) =>
      direct(await refreshed(stack, stack.registrations.oicPortal, await codeTokens(stack))),
    expected: AS_ALICE,
  },
  {
    title: 'Through the gateway, device flow: Alice’s token of the callers’ identity domain',
    sends: 'the token that employee-device gets',
    configure: initialConfiguration,
    request: async ({ callers, registrations: { employeeDevice, alice } }) => {
      const { accessToken } = await callers.requestDeviceToken(employeeDevice, alice, ECHO_SCOPE)
      return { path: ECHO_ROUTE, authorization: `Bearer ${accessToken}` }
    },
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
]
