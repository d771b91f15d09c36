/** An identity provider: its discovery document, and our client there. */
import * as oauth from 'openid-client'
import { IDENTITY_DOMAIN_ISSUER } from '../../src/providers/oci-iam.ts'
import { endpointProblem } from '../../src/platform/endpoint.ts'
import { isRecord } from '../../stack/json.ts'
import type { Order } from './arguments.ts'
import { readClientSecret } from './secret.ts'
import { TokenError } from './messages.ts'

/** For each request of a flow. */
const TIMEOUT_SECONDS = 15

export async function connect(order: Order, signal: AbortSignal): Promise<oauth.Configuration> {
  const metadata = await discover(order.issuer, signal)
  const config = new oauth.Configuration(
    metadata,
    order['client-id'],
    undefined,
    await clientAuthentication(order),
  )
  config.timeout = TIMEOUT_SECONDS
  // The command line accepts http for loopback only.
  if (metadata.token_endpoint?.startsWith('http:') === true) oauth.allowInsecureRequests(config)
  return config
}

async function discover(address: string, signal: AbortSignal): Promise<oauth.ServerMetadata> {
  const base = address.replace(/\/+$/, '')
  const url = `${base}/.well-known/openid-configuration`
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_SECONDS * 1000)]),
  }).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new TokenError(`${url} does not answer`)
  })
  const document: unknown = response.status === 200 ? await response.json().catch(() => null) : null
  if (!isMetadata(document))
    throw new TokenError(`${url} gave no discovery document (${response.status})`)
  return checkedMetadata(document, address, base)
}

function isMetadata(document: unknown): document is oauth.ServerMetadata {
  return isRecord(document) && typeof document['issuer'] === 'string'
}

/**
 * OpenID Connect Discovery §4.3: the document must have the requested issuer. All identity domains
 * have the same one, which serves no document, and they do not list their device endpoint.
 */
function checkedMetadata(
  document: oauth.ServerMetadata,
  address: string,
  base: string,
): oauth.ServerMetadata {
  const isIdentityDomain = document.issuer === IDENTITY_DOMAIN_ISSUER
  if (!isIdentityDomain && document.issuer !== address && document.issuer !== base) {
    throw new TokenError(`The discovery document is of another issuer than ${address}`)
  }
  const endpoints = Object.entries(document).filter(([name]) => name.endsWith('_endpoint'))
  for (const [name, endpoint] of endpoints) {
    const problem = typeof endpoint === 'string' ? endpointProblem(endpoint) : 'is not a URL'
    if (problem !== undefined) throw new TokenError(`The discovery document’s ${name} ${problem}`)
  }
  return isIdentityDomain
    ? { device_authorization_endpoint: `${base}/oauth2/v1/device`, ...document }
    : document
}

async function clientAuthentication(order: Order): Promise<oauth.ClientAuth> {
  if (order['client-auth'] === 'none') return oauth.None()
  const secret = await readClientSecret(order['client-secret-file'])
  return order['client-auth'] === 'post'
    ? oauth.ClientSecretPost(secret)
    : oauth.ClientSecretBasic(secret)
}
