/**
 * The stories about JWTs and several identity providers, and those of the gateway's own policies.
 */
import { API_AUDIENCE, GATEWAY_AUDIENCE } from '../../stack/registrations.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { bothChecks, pastedKeys, protectedKeys, severalIssuers } from './configurations.ts'
import type { CallerRequest } from './observe.ts'
import { REACHES_OIC, REFUSED, type Story } from './story.ts'

const ECHO = `${API_AUDIENCE}echo:invoke`
const HELLO = `${PATH_PREFIXES.multiArgument}/echo/hello`

async function sending(token: Promise<string>, path = HELLO): Promise<CallerRequest> {
  return {
    path,
    authorization: `Bearer ${await token}`,
  }
}

function ofPartner(stack: LocalStack) {
  return stack.requestCallerToken(stack.registrations.partnerA, ECHO)
}

async function ofSupplier({ otherCallers, registrations }: LocalStack): Promise<string> {
  return (await otherCallers.requestToken(registrations.supplier, ECHO)).accessToken
}

function forGateway(stack: LocalStack) {
  return stack.requestCallerToken(stack.registrations.partnerA, `${GATEWAY_AUDIENCE}invoke`)
}

async function revoked(stack: LocalStack): Promise<string> {
  const token = await ofPartner(stack)
  await stack.callers.revoke(token)
  return token
}

const NOT_ASKED = { decision: 'not asked', oicTokenRequests: 0 } as const

export const JWT_STORIES: readonly Story[] = [
  {
    title: 'A JWT is verified here, by keys that were pasted into the configuration',
    sends: 'a token of partner-a',
    configure: pastedKeys,
    request: (stack) => sending(ofPartner(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Another identity domain has the same issuer and key name, but not the key',
    sends: 'a token of a supplier’s identity domain',
    request: (stack) => sending(ofSupplier(stack)),
    expected: { ...REFUSED, decision: 'signature_invalid' },
  },
  {
    title: 'A revoked JWT still has its signature',
    sends: 'a revoked token of partner-a',
    request: (stack) => sending(revoked(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Signature and introspection: a good JWT passes both',
    sends: 'a token of partner-a',
    configure: bothChecks,
    request: (stack) => sending(ofPartner(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Signature and introspection: the revocation shows',
    sends: 'a revoked token of partner-a',
    request: (stack) => sending(revoked(stack)),
    expected: { ...REFUSED, decision: 'token_inactive' },
  },
  {
    title: 'The keys of an identity domain are protected: a token is fetched for them',
    sends: 'a token of a supplier',
    configure: protectedKeys,
    request: (stack) => sending(ofSupplier(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'The identity domain changes its key and keeps the key’s name',
    sends: 'a token with the new key',
    request: (stack) => {
      stack.otherCallers.rotateSigningKey()
      return sending(ofSupplier(stack))
    },
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Several issuers on one route: Microsoft Entra',
    sends: 'a token of an application with an app role',
    configure: severalIssuers,
    request: (stack) => sending(stack.entra.requestToken()),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Several issuers on one route: an identity domain by introspection',
    sends: 'a token of partner-a',
    request: (stack) => sending(ofPartner(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Several issuers on one route: another domain of the same issuer, by its keys',
    sends: 'a token of a supplier',
    request: (stack) => sending(ofSupplier(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'The classic mistake at Entra: a token of version 1',
    sends: 'a version 1 token',
    request: (stack) => sending(stack.entra.requestToken({ version: 1 })),
    expected: { ...REFUSED, decision: 'entra_v1_token' },
  },
  {
    title: 'The other classic mistake at Entra: a token for Microsoft Graph',
    sends: 'a token for Graph',
    request: (stack) => sending(stack.entra.requestToken({ forGraph: true })),
    expected: { ...REFUSED, decision: 'entra_graph_token' },
  },
  {
    title:
      'An application of the tenant to which nobody granted the API: Entra gives it a token too',
    sends: 'a token without role and scope',
    request: (stack) => sending(stack.entra.requestToken({ roles: [] })),
    expected: { ...REFUSED, status: 403, decision: 'permission_missing' },
  },
  {
    title: 'Without the function: the gateway verifies JWTs in front of a stock response',
    sends: 'a token for the gateway',
    request: (stack) => sending(forGateway(stack), `${PATH_PREFIXES.jwtStock}/hello`),
    expected: { status: 200, ...NOT_ASKED, oicSees: 'nobody' },
  },
  {
    title: 'Without the function: the gateway verifies JWTs, Basic credentials stand at the route',
    sends: 'a token for the gateway',
    request: (stack) => sending(forGateway(stack), `${PATH_PREFIXES.jwtBasicAtRoute}/echo/hello`),
    expected: { status: 200, ...NOT_ASKED, oicSees: 'user integration.user' },
  },
]
