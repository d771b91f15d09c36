/** The flows that get a token. */
import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SignJWT } from 'jose'
import * as oauth from 'openid-client'
import { renderUnicodeCompact } from 'uqr'
import type { FlowName, Order } from './arguments.ts'
import { waitForRedirect, type Redirect } from './redirect.ts'
import { readRefreshToken } from './store.ts'
import { print, TokenError } from './messages.ts'

export type Tokens = oauth.TokenEndpointResponse

type Flow = (order: Order, provider: oauth.Configuration, signal: AbortSignal) => Promise<Tokens>

/** The optional parameters of every flow. */
function optionalParameters({ scope, audience }: Order): Record<string, string> {
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
  }
}

/** RFC 6749 §4.4. */
const clientCredentials: Flow = (order, provider) =>
  oauth.clientCredentialsGrant(provider, optionalParameters(order))

/** RFC 8628. Identity domains require a `response_type`, which others ignore. */
const device: Flow = async (order, provider, signal) => {
  const noEndpoint = new TokenError(`${order.issuer} has no device authorization endpoint`)
  if (provider.serverMetadata().device_authorization_endpoint === undefined) throw noEndpoint
  const started = await oauth
    .initiateDeviceAuthorization(provider, {
      response_type: 'device_code',
      ...optionalParameters(order),
    })
    .catch((error: unknown) => {
      throw isNotFound(error) ? noEndpoint : error
    })
  const { verification_uri, verification_uri_complete, user_code, expires_in } = started
  print(`On any device, open   ${verification_uri}\nand enter the code    ${user_code}`)
  if (process.stderr.isTTY)
    print(renderUnicodeCompact(verification_uri_complete ?? verification_uri))
  print(`Waiting, ${Math.ceil(expires_in / 60)} minutes at most …`)
  return oauth.pollDeviceAuthorizationGrant(provider, started, undefined, { signal })
}

/** The endpoint of an identity domain is assumed: its discovery document lists none. */
function isNotFound(error: unknown): boolean {
  return (
    error instanceof oauth.ClientError &&
    error.cause instanceof Response &&
    error.cause.status === 404
  )
}

/** RFC 6749 §4.1 with PKCE (RFC 7636), back to a loopback address (RFC 8252 §7.3). */
const code: Flow = async (order, provider, signal) => {
  if (provider.serverMetadata().authorization_endpoint === undefined) {
    throw new TokenError(`${order.issuer} has no authorization endpoint`)
  }
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier()
  const expectedState = oauth.randomState()
  // Waiting for the redirect keeps the process running, so it has to end whatever fails.
  const ended = new AbortController()
  const redirect = await waitForRedirect(order.port, AbortSignal.any([signal, ended.signal]))
  redirect.arrived.catch(() => undefined)
  try {
    return await authorize(order, provider, { ...redirect, pkceCodeVerifier, expectedState })
  } finally {
    ended.abort()
  }
}

async function authorize(
  order: Order,
  provider: oauth.Configuration,
  {
    address,
    arrived,
    pkceCodeVerifier,
    expectedState,
  }: Redirect & { readonly pkceCodeVerifier: string; readonly expectedState: string },
): Promise<Tokens> {
  const url = oauth.buildAuthorizationUrl(provider, {
    ...optionalParameters(order),
    redirect_uri: address,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  })
  print(
    `Register the redirect ${address} at the application.\nOpen in a browser on this machine:\n\n${url.href}\n`,
  )
  return oauth.authorizationCodeGrant(provider, await arrived, { pkceCodeVerifier, expectedState })
}

/** RFC 6749 §6. */
const refresh: Flow = async (order, provider) =>
  oauth.refreshTokenGrant(
    provider,
    await readRefreshToken(order.store ?? ''),
    optionalParameters(order),
  )

/** RFC 7523 §2.1: an assertion that we sign; identity domains expect their issuer as `aud`. */
const assertion: Flow = async (order, provider) => {
  const key = createPrivateKey(await readFile(order['key-file'] ?? ''))
  const signed = await new SignJWT()
    .setProtectedHeader({
      alg: 'RS256',
      ...(order['key-id'] === undefined ? {} : { kid: order['key-id'] }),
    })
    .setIssuer(order['client-id'])
    .setSubject(order.user ?? '')
    .setAudience(provider.serverMetadata().issuer)
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .setJti(randomUUID())
    .sign(key)
  const parameters = { ...optionalParameters(order), assertion: signed }
  return oauth.genericGrantRequest(
    provider,
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    parameters,
  )
}

export const FLOWS: Readonly<Record<FlowName, Flow>> = {
  'client-credentials': clientCredentials,
  device,
  code,
  refresh,
  assertion,
}
