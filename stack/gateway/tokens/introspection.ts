/** Introspects a token (RFC 7662) at the endpoint from the discovery document. */
import { formEncode } from '../../identity/client-request.ts'
import { isRecord } from '../../json.ts'
import type { Log } from '../execution-log.ts'
import type { ExpiringMap } from '../expiring-map.ts'
import type { Origins } from '../http-backend.ts'
import type { GatewaySettings } from '../settings.ts'
import type { Claims } from './claims.ts'
import { fetchJson, standInUrl, type Exchange } from './identity-provider.ts'
import type { ClientDetails, ValidationByIntrospection } from './policy-check.ts'
import type { Verification } from './verify-jwt.ts'

/** The answer's members, which are claims, or that the token is not active. */
export type Introspection = Claims | 'inactive'

/** Rejects when Vault does not give the secret. */
export type ReadSecret = (secretId: string, versionNumber: number) => Promise<string>

export interface Introspector {
  readonly origins: Origins
  readonly readSecret: ReadSecret
  /** Discovery documents → their introspection endpoints. */
  readonly endpoints: ExpiringMap<string>
  readonly introspections: ExpiringMap<Introspection>
  readonly settings: GatewaySettings
}

/**
 * An answer is kept for hours, so that a token which is revoked in the meantime still passes. The
 * page promises no more of a kept answer than that; its `exp` is judged anew at every request.
 */
export async function introspect(
  introspector: Introspector,
  policy: ValidationByIntrospection,
  deployment: string,
  token: string,
  log: Log,
): Promise<Verification> {
  const { introspections, settings } = introspector
  const place = JSON.stringify([deployment, token])
  let answer = introspections.get(place)
  if (answer === undefined) {
    answer = await ask(introspector, policy, deployment, token, log)
    if (answer === undefined) return { kind: 'no verdict' }
    if (answer !== 'inactive' || settings.cacheDenials) {
      introspections.put(place, answer, keptSeconds(policy))
    }
  }
  return answer === 'inactive'
    ? { kind: 'refused', reason: 'the token is not active' }
    : { kind: 'verified', claims: answer }
}

/** Undefined when there is no answer to be had, or none that can be understood. */
async function ask(
  introspector: Introspector,
  policy: ValidationByIntrospection,
  deployment: string,
  token: string,
  log: Log,
): Promise<Introspection | undefined> {
  const { origins, settings } = introspector
  const url = await findEndpoint(introspector, policy, deployment, log)
  if (url === undefined) return undefined
  const exchange = await authenticated(introspector, policy.clientDetails, url, token, log)
  if (!exchange) return undefined
  const document = await fetchJson(exchange, origins, settings.identityProviderTimeoutSeconds)
  if ('problem' in document) {
    log('authentication.idpCallFailed', 'ERROR', `introspection_endpoint ${document.problem}`)
    return undefined
  }
  log('authentication.idpCallSuccess', 'INFO', 'introspection_endpoint')
  const answer = readAnswer(document.json, settings)
  if (answer === undefined) {
    log('tokenAuthentication.badIntrospectionResponse', 'ERROR', 'active is missing or no boolean')
  }
  return answer
}

/** The document is taken to be kept as long as the answers of the endpoint that it names. */
async function findEndpoint(
  { endpoints, origins, settings }: Introspector,
  policy: ValidationByIntrospection,
  deployment: string,
  log: Log,
): Promise<string | undefined> {
  const { uri } = policy.sourceUriDetails
  const place = JSON.stringify([deployment, uri])
  const kept = endpoints.get(place)
  if (kept !== undefined) return kept

  log('tokenAuthentication.loadingDiscoveryEndpointResponse', 'INFO', uri)
  const document = await fetchJson({ url: uri }, origins, settings.identityProviderTimeoutSeconds)
  if ('problem' in document) {
    log('authentication.idpCallFailed', 'ERROR', `${uri} ${document.problem}`)
    return undefined
  }
  const endpoint = isRecord(document.json) ? document.json['introspection_endpoint'] : undefined
  if (typeof endpoint !== 'string' || !standInUrl(endpoint, origins)) {
    log('tokenAuthentication.badDiscoveryEndpointResponse', 'ERROR', uri)
    return undefined
  }
  endpoints.put(place, endpoint, keptSeconds(policy))
  return endpoint
}

/** The form, with the client's credentials where `introspectionClientAuthentication` has them. */
async function authenticated(
  { readSecret, settings }: Introspector,
  { clientId, clientSecretId, clientSecretVersionNumber }: ClientDetails,
  url: string,
  token: string,
  log: Log,
): Promise<Exchange | undefined> {
  let secret: string
  try {
    secret = await readSecret(clientSecretId, clientSecretVersionNumber)
  } catch {
    log('secretsClient.fetchFailure', 'ERROR', clientSecretId)
    return undefined
  }
  log('secretsClient.fetchSuccess', 'INFO', clientSecretId)
  if (settings.introspectionClientAuthentication === 'client_secret_post') {
    return { url, form: new URLSearchParams({ token, client_id: clientId, client_secret: secret }) }
  }
  const credentials = [clientId, secret].map(formEncode).join(':')
  const Authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  return { url, headers: { Authorization }, form: new URLSearchParams({ token }) }
}

function readAnswer(
  json: unknown,
  { introspectionActiveMayBeText }: GatewaySettings,
): Introspection | undefined {
  if (!isRecord(json)) return undefined
  const active: unknown =
    introspectionActiveMayBeText && typeof json['active'] === 'string'
      ? json['active'] === 'true'
      : json['active']
  if (typeof active !== 'boolean') return undefined
  return active ? json : 'inactive'
}

function keptSeconds({ maxCacheDurationInHours = 1 }: ValidationByIntrospection): number {
  return maxCacheDurationInHours * 3600
}
