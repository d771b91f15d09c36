/** Stories about JWTs, about several identity providers, and about the gateway's own policies. */
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import { partnersToken, suppliersToken } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { GATEWAY_AUDIENCE } from '../../stack/registrations.ts'
import { bothChecks, pastedKeys, protectedKeys, severalIssuers } from './configurations.ts'
import { REACHES_OIC, REFUSED, sending, WITHOUT_FUNCTION, type Story } from './story.ts'

function forGateway(stack: LocalStack) {
  return stack.requestCallerToken(stack.registrations.partnerA, `${GATEWAY_AUDIENCE}invoke`)
}

async function revoked(stack: LocalStack): Promise<string> {
  const token = await partnersToken(stack)
  await stack.callers.revoke(token)
  return token
}

export const JWT_STORIES: readonly Story[] = [
  {
    title: 'A JWT is verified with keys from the configuration',
    sends: 'a token of partner-a',
    configure: pastedKeys,
    request: (stack) => sending(partnersToken(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Another identity domain has the same issuer and kid, but another key',
    sends: 'a token of a supplier’s identity domain',
    request: (stack) => sending(suppliersToken(stack)),
    expected: { ...REFUSED, decision: 'signature_invalid' },
  },
  {
    title: 'A revoked JWT is still valid without introspection',
    sends: 'a revoked token of partner-a',
    request: (stack) => sending(revoked(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Signature and introspection: a valid JWT passes both',
    sends: 'a token of partner-a',
    configure: bothChecks,
    request: (stack) => sending(partnersToken(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'Signature and introspection: a revoked JWT is denied',
    sends: 'a revoked token of partner-a',
    request: (stack) => sending(revoked(stack)),
    expected: { ...REFUSED, decision: 'token_inactive' },
  },
  {
    title: 'The keys of an identity domain are protected: the function gets a token for them',
    sends: 'a token of a supplier',
    configure: protectedKeys,
    request: (stack) => sending(suppliersToken(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 1 },
  },
  {
    title: 'The identity domain replaces its key under the same kid',
    sends: 'a token with the new key',
    request: (stack) => {
      stack.otherCallers.rotateSigningKey()
      return sending(suppliersToken(stack))
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
    request: (stack) => sending(partnersToken(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'Several issuers on one route: a second domain with the same issuer, by its keys',
    sends: 'a token of a supplier',
    request: (stack) => sending(suppliersToken(stack)),
    expected: { ...REACHES_OIC, oicTokenRequests: 0 },
  },
  {
    title: 'A frequent mistake at Entra: a token of version 1',
    sends: 'a version 1 token',
    request: (stack) => sending(stack.entra.requestToken({ version: 1 })),
    expected: { ...REFUSED, decision: 'entra_v1_token' },
  },
  {
    title: 'A frequent mistake at Entra: a token for Microsoft Graph',
    sends: 'a token for Graph',
    request: (stack) => sending(stack.entra.requestToken({ forGraph: true })),
    expected: { ...REFUSED, decision: 'entra_graph_token' },
  },
  {
    title: 'Entra issues a token even to an application without permission for the API',
    sends: 'a token without role and scope',
    request: (stack) => sending(stack.entra.requestToken({ roles: [] })),
    expected: { ...REFUSED, status: 403, decision: 'permission_missing' },
  },
  {
    title: 'Without the function: the gateway verifies JWTs in front of a stock response',
    sends: 'a token for the gateway',
    request: (stack) => sending(forGateway(stack), `${PATH_PREFIXES.jwtStock}/hello`),
    expected: { ...WITHOUT_FUNCTION, oicSees: 'nobody' },
  },
  {
    title: 'Without the function: the gateway verifies JWTs, the route sets Basic credentials',
    sends: 'a token for the gateway',
    request: (stack) => sending(forGateway(stack), `${PATH_PREFIXES.jwtBasicAtRoute}/echo/hello`),
    expected: { ...WITHOUT_FUNCTION, oicSees: 'user integration.user' },
  },
]
