/**
 * Owns how a client of the local stack speaks to OAuth endpoints and gets an access token.
 * I/O: one HTTP request to the endpoint that it is given.
 */
import { createPrivateKey, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'

export interface IssuedToken {
  readonly accessToken: string
  readonly tokenType: string
  readonly expiresInSeconds: number
}

/** A form POST with Basic authentication (RFC 6749 §2.3.1), as every OAuth endpoint takes it. */
export function postAsClient(
  endpoint: string,
  client: { clientId: string; clientSecret: string },
  parameters: Record<string, string>,
): Promise<Response> {
  const credentials = `${formEncode(client.clientId)}:${formEncode(client.clientSecret)}`
  return fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams(parameters),
  })
}

/** RFC 6749 §4.4. Throws an `Error` with the endpoint's status and error code, and no secrets. */
export function requestToken(
  tokenEndpoint: string,
  client: { clientId: string; clientSecret: string },
  scopeParameters: Record<string, string>,
): Promise<IssuedToken> {
  return request(tokenEndpoint, client, { grant_type: 'client_credentials', ...scopeParameters })
}

/** RFC 7523 §2.1, with an assertion of its own for each request. Throws like `requestToken`. */
export async function requestUserToken(
  tokenEndpoint: string,
  client: { clientId: string; clientSecret: string },
  key: { privateKey: string; publicKey: { kid: string } },
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

async function request(
  tokenEndpoint: string,
  client: { clientId: string; clientSecret: string },
  parameters: Record<string, string>,
): Promise<IssuedToken> {
  const response = await postAsClient(tokenEndpoint, client, parameters)
  const answer = (await response.json()) as Record<string, unknown>
  const { access_token, token_type, expires_in, error } = answer
  if (
    typeof access_token !== 'string' ||
    typeof token_type !== 'string' ||
    typeof expires_in !== 'number'
  ) {
    throw new Error(`${tokenEndpoint} answered ${response.status} ${String(error)}`)
  }
  return { accessToken: access_token, tokenType: token_type, expiresInSeconds: expires_in }
}

function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}
