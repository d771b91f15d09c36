/**
 * Owns how a client of the local stack speaks to OAuth endpoints and gets an access token.
 * I/O: one HTTP request to the endpoint that it is given.
 */
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
export async function requestToken(
  tokenEndpoint: string,
  client: { clientId: string; clientSecret: string },
  scopeParameters: Record<string, string>,
): Promise<IssuedToken> {
  const response = await postAsClient(tokenEndpoint, client, {
    grant_type: 'client_credentials',
    ...scopeParameters,
  })
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
