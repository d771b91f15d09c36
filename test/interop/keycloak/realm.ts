/** What a client sees of one realm: its endpoints, and the tokens that they give. */
import type { JSONWebKeySet } from 'jose'

export interface Client {
  readonly clientId: string
  readonly clientSecret: string
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly idToken: string
}

export interface Realm {
  readonly name: string
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly introspectionEndpoint: string
  readonly jwksUri: string
  /** RFC 6749 §4.4. */
  requestClientToken(client: Client, scope?: string): Promise<string>
  /** RFC 6749 §4.3, with `openid` in the scope. */
  requestUserTokens(
    client: Client,
    user: { readonly name: string; readonly password: string },
    scope: string,
  ): Promise<Tokens>
  /** RFC 7009. */
  revoke(client: Client, token: string): Promise<void>
  publicKeys(): Promise<JSONWebKeySet>
}

export function realmAt(serverUrl: string, name: string): Realm {
  const issuer = `${serverUrl}/realms/${name}`
  const endpoints = `${issuer}/protocol/openid-connect`
  const tokenEndpoint = `${endpoints}/token`
  const jwksUri = `${endpoints}/certs`

  async function requestTokens(client: Client, grant: Record<string, string>): Promise<Tokens> {
    const answer = await post(tokenEndpoint, client, grant)
    const members = (await answer.json()) as Record<string, string | undefined>
    return {
      accessToken: members['access_token'] ?? '',
      refreshToken: members['refresh_token'] ?? '',
      idToken: members['id_token'] ?? '',
    }
  }

  return {
    name,
    issuer,
    tokenEndpoint,
    jwksUri,
    introspectionEndpoint: `${tokenEndpoint}/introspect`,
    requestClientToken: async (client, scope) => {
      const grant = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }
      return (await requestTokens(client, grant)).accessToken
    },
    requestUserTokens: (client, user, scope) =>
      requestTokens(client, {
        grant_type: 'password',
        username: user.name,
        password: user.password,
        scope: `openid ${scope}`,
      }),
    revoke: async (client, token) => {
      await post(`${endpoints}/revoke`, client, { token })
    },
    publicKeys: async () => (await (await fetch(jwksUri)).json()) as JSONWebKeySet,
  }
}

/** The client's credentials go into the body (RFC 6749 §2.3.1), other than the function's. */
async function post(
  endpoint: string,
  { clientId, clientSecret }: Client,
  form: Record<string, string>,
): Promise<Response> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    body: new URLSearchParams({ ...form, client_id: clientId, client_secret: clientSecret }),
  })
  if (!answer.ok) {
    throw new Error(`${endpoint}: status ${answer.status}, ${await answer.text()}`)
  }
  return answer
}
