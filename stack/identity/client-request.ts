/** Requests access tokens for the clients of the local stack. */
import { createHash, createPrivateKey, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { OWN_REQUEST_HEADER } from '../listen.ts'
import type { ClientOptions, UserOptions } from './options.ts'

const OWN = { [OWN_REQUEST_HEADER]: 'yes' }

export interface IssuedToken {
  readonly accessToken: string
  readonly tokenType: string
  readonly expiresInSeconds: number
  readonly refreshToken?: string
}

export type Client = Pick<ClientOptions, 'clientId' | 'clientSecret' | 'isPublic' | 'redirectUris'>

/** The key of a client's assertions, with its alias at the server. */
export interface AssertionKey {
  readonly privateKey: string
  readonly publicKey: { readonly kid: string }
}

/** A form POST with Basic authentication (RFC 6749 §2.3.1); a public client sends only its ID. */
export function postAsClient(
  endpoint: string,
  client: Client,
  parameters: Record<string, string>,
): Promise<Response> {
  if (client.isPublic === true) {
    const body = new URLSearchParams({ ...parameters, client_id: client.clientId })
    return fetch(endpoint, { method: 'POST', headers: OWN, body })
  }
  const credentials = `${formEncode(client.clientId)}:${formEncode(client.clientSecret)}`
  return fetch(endpoint, {
    method: 'POST',
    headers: { ...OWN, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams(parameters),
  })
}

/** RFC 6749 §4.4. Throws an `Error` with the endpoint's status and error code, and no secrets. */
export function requestToken(
  tokenEndpoint: string,
  client: Client,
  scopeParameters: Record<string, string>,
): Promise<IssuedToken> {
  return request(tokenEndpoint, client, { grant_type: 'client_credentials', ...scopeParameters })
}

/** RFC 7523 §2.1, with a new assertion for each request. Throws like `requestToken`. */
export async function requestUserToken(
  tokenEndpoint: string,
  client: Client,
  key: AssertionKey,
  { user, scope, audience }: { user: string; scope: string; audience: string },
): Promise<IssuedToken> {
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', kid: key.publicKey.kid })
    .setIssuer(client.clientId)
    .setSubject(user)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .setJti(randomUUID())
    .sign(createPrivateKey(key.privateKey))
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  return request(tokenEndpoint, client, { grant_type, assertion, scope })
}

/** RFC 8628, at an identity domain. The user enters the code on the verification page. */
export async function requestDeviceToken(
  url: string,
  client: Client,
  user: UserOptions,
  scope: string,
): Promise<IssuedToken> {
  const started = await postForm(`${url}/oauth2/v1/device`, {
    response_type: 'device_code',
    client_id: client.clientId,
    scope,
  })
  const { device_code, user_code, verification_uri } = (await started.json()) as Record<
    'device_code' | 'user_code' | 'verification_uri',
    string
  >
  await postForm(verification_uri, { user_code, ...loginOf(user) })
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return request(`${url}/oauth2/v1/token`, client, { grant_type, device_code })
}

/** RFC 6749 §4.1 with PKCE (RFC 7636), at an identity domain; the user logs in on its page. */
export async function requestCodeToken(
  url: string,
  client: Client,
  user: UserOptions,
  scope: string,
): Promise<IssuedToken> {
  const [redirect_uri = ''] = client.redirectUris ?? []
  const code_verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri,
    scope,
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const answer = await postForm(`${url}/oauth2/v1/authorize?${query.toString()}`, loginOf(user))
  const code = new URL(answer.headers.get('location') ?? '', url).searchParams.get('code')
  const grant_type = 'authorization_code'
  const parameters = { grant_type, code: code ?? '', redirect_uri, code_verifier }
  return request(`${url}/oauth2/v1/token`, client, parameters)
}

/** RFC 6749 §6. */
export function refreshToken(
  tokenEndpoint: string,
  client: Client,
  refresh_token: string,
): Promise<IssuedToken> {
  return request(tokenEndpoint, client, { grant_type: 'refresh_token', refresh_token })
}

function loginOf({ name, password }: UserOptions): Record<string, string> {
  return { user: name, password, answer: 'allow' }
}

function postForm(url: string, form: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams(form)
  return fetch(url, { method: 'POST', headers: OWN, body, redirect: 'manual' })
}

async function request(
  tokenEndpoint: string,
  client: Client,
  parameters: Record<string, string>,
): Promise<IssuedToken> {
  const response = await postAsClient(tokenEndpoint, client, parameters)
  const answer = (await response.json()) as Record<string, unknown>
  const { access_token, token_type, expires_in, refresh_token, error } = answer
  if (
    typeof access_token !== 'string' ||
    typeof token_type !== 'string' ||
    typeof expires_in !== 'number'
  ) {
    throw new Error(`${tokenEndpoint} answered ${response.status} ${String(error)}`)
  }
  return {
    accessToken: access_token,
    tokenType: token_type,
    expiresInSeconds: expires_in,
    ...(typeof refresh_token === 'string' && { refreshToken: refresh_token }),
  }
}

/** The encoding of ID and secret that RFC 6749 §2.3.1 requires. */
export function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}
