import { createDiscovery, type DiscoveredEndpoint } from '../caller/discovery.ts'
import { createIntrospector } from '../caller/introspection.ts'
import { createVerifyCaller, type IssuerVerifier } from '../caller/issuer-choice.ts'
import type { LeftOutKey } from '../caller/json-web-key.ts'
import { createFetchKeys } from '../caller/jwks-endpoint.ts'
import { createJwtVerifier } from '../caller/jwt-access-token.ts'
import { createRemoteKeys, createStaticKeys } from '../caller/signing-keys.ts'
import type { VerifyCaller } from '../caller/verified-caller.ts'
import { createVerifyWithIssuer } from '../caller/verify-with-issuer.ts'
import type { Config, IssuerConfig, JwtConfig } from '../config/model.ts'
import { fault, type Fault } from '../decision.ts'
import { createRequestToken } from '../oauth/token-endpoint.ts'
import type { Deadline } from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { CountedPorts } from './ports.ts'

export function composeCallers({ issuers }: Config, ports: CountedPorts): VerifyCaller {
  return createVerifyCaller(issuers.map((issuer) => issuerVerifier(issuer, ports)))
}

function issuerVerifier(issuer: IssuerConfig, ports: CountedPorts): IssuerVerifier {
  const { jwt, introspection } = issuer
  const { sendAsClient, clock } = ports
  const locate = createLocate(issuer, ports)
  const introspector =
    introspection &&
    createIntrospector(issuer, introspection, {
      locate: locate(introspection.endpoint, 'introspection_endpoint'),
      sendAsClient: sendAsClient('introspection'),
      clock,
    })
  return {
    issuer,
    hasCachedAnswer: introspector?.hasCachedAnswer,
    verify: createVerifyWithIssuer(
      issuer,
      jwt && createJwtVerifier(issuer, jwt, signingKeys(issuer.name, jwt, locate, ports), clock),
      introspector?.introspect,
    ),
  }
}

export function signingKeys(
  issuer: string,
  { keys }: JwtConfig,
  locate: Locate,
  { http, sendAsClient, clock, warn }: CountedPorts,
) {
  if (keys.kind === 'static') return createStaticKeys(keys.keys)
  const reportLeftOut = (leftOut: readonly LeftOutKey[]): void => {
    const detail = leftOut.map(({ description }) => description).join('; ')
    if (detail !== '') warn('keys_left_out', { issuer, detail })
  }
  const fetchKeys = createFetchKeys(locate(keys.uri, 'jwks_uri'), keys.access, {
    http: http('keys'),
    requestToken: createRequestToken(sendAsClient('token'), clock),
    reportLeftOut,
  })
  return createRemoteKeys(fetchKeys, clock, reportLeftOut)
}

export type Locate = (
  configured: string | undefined,
  name: DiscoveredEndpoint,
) => (deadline: Deadline) => Promise<Result<string, Fault>>

export function createLocate(
  { discovery, jwt, introspection }: IssuerConfig,
  { http, clock }: CountedPorts,
): Locate {
  const needed = [
    ...(jwt?.keys.kind === 'remote' && jwt.keys.uri === undefined ? (['jwks_uri'] as const) : []),
    ...(introspection && introspection.endpoint === undefined
      ? (['introspection_endpoint'] as const)
      : []),
  ]
  const discover = discovery && createDiscovery(discovery, needed, http('discovery'), clock)
  return (configured, name) => async (deadline) => {
    if (configured !== undefined) return success(configured)
    return discover?.(name, deadline) ?? failure(fault('discovery_unusable', { detail: name }))
  }
}
