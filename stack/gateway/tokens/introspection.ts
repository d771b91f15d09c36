/** Introspects a token (RFC 7662) at the endpoint from the discovery document. */
import { formEncode } from '../../identity/client-request.ts'
import { isRecord } from '../../json.ts'
import type { Introspection, RequestScope } from '../engine.ts'
import type { GatewaySettings } from '../settings.ts'
import { fetchJson, standInUrl, type Exchange } from './identity-provider.ts'
import type { ClientDetails, ValidationByIntrospection } from './policy-check.ts'
import type { Verification } from './verify-jwt.ts'

/**
 * An answer is cached for hours, so that a token that was revoked in the meantime is still accepted. Its
 * `exp` is checked again for every request.
 */
export async function introspect(
  policy: ValidationByIntrospection,
  token: string,
  scope: RequestScope,
): Promise<Verification> {
  const { introspections, settings } = scope.engine
  const place = JSON.stringify([scope.deployment, token])
  let answer = introspections.get(place)
  if (answer === undefined) {
    answer = await requestIntrospection(policy, token, scope)
    if (answer === undefined) return { kind: 'no verdict' }
    if (answer !== 'inactive' || settings.cacheDenials) {
      introspections.put(place, answer, keptSeconds(policy))
    }
  }
  return answer === 'inactive'
    ? { kind: 'refused', reason: 'the token is not active' }
    : { kind: 'verified', claims: answer }
}

/** Undefined without a valid answer. */
async function requestIntrospection(
  policy: ValidationByIntrospection,
  token: string,
  scope: RequestScope,
): Promise<Introspection | undefined> {
  const { engine, log } = scope
  const url = await findEndpoint(policy, scope)
  if (url === undefined) return undefined
  const exchange = await authenticated(policy.clientDetails, url, token, scope)
  if (!exchange) return undefined
  const document = await fetchJson(exchange, engine)
  if ('problem' in document) {
    log('authentication.idpCallFailed', 'ERROR', `introspection_endpoint ${document.problem}`)
    return undefined
  }
  log('authentication.idpCallSuccess', 'INFO', 'introspection_endpoint')
  const answer = readAnswer(document.json, engine.settings)
  if (answer === undefined) {
    log('tokenAuthentication.badIntrospectionResponse', 'ERROR', 'active is missing or no boolean')
  }
  return answer
}

/** The document is cached as long as the answers of its introspection endpoint. */
async function findEndpoint(
  policy: ValidationByIntrospection,
  { engine, deployment, log }: RequestScope,
): Promise<string | undefined> {
  const { uri } = policy.sourceUriDetails
  const place = JSON.stringify([deployment, uri])
  const kept = engine.endpoints.get(place)
  if (kept !== undefined) return kept

  log('tokenAuthentication.loadingDiscoveryEndpointResponse', 'INFO', uri)
  const document = await fetchJson({ url: uri }, engine)
  if ('problem' in document) {
    log('authentication.idpCallFailed', 'ERROR', `${uri} ${document.problem}`)
    return undefined
  }
  const endpoint = isRecord(document.json) ? document.json['introspection_endpoint'] : undefined
  if (typeof endpoint !== 'string' || !standInUrl(endpoint, engine.origins)) {
    log('tokenAuthentication.badDiscoveryEndpointResponse', 'ERROR', uri)
    return undefined
  }
  engine.endpoints.put(place, endpoint, keptSeconds(policy))
  return endpoint
}

/** The form, with the client's credentials where `introspectionClientAuthentication` has them. */
async function authenticated(
  { clientId, clientSecretId, clientSecretVersionNumber }: ClientDetails,
  url: string,
  token: string,
  { engine, log }: RequestScope,
): Promise<Exchange | undefined> {
  let secret: string
  try {
    secret = await engine.readSecret(clientSecretId, clientSecretVersionNumber)
  } catch {
    log('secretsClient.fetchFailure', 'ERROR', clientSecretId)
    return undefined
  }
  log('secretsClient.fetchSuccess', 'INFO', clientSecretId)
  if (engine.settings.introspectionClientAuthentication === 'client_secret_post') {
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
