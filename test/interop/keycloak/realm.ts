/** The endpoints of a realm, and requests of its clients. */
import type { JSONWebKeySet } from 'jose'

export interface Client {
  readonly clientId: string
  readonly clientSecret: string
}

interface User {
  readonly name: string
  readonly password: string
}

export type Realm = ReturnType<typeof realmAt>

export function realmAt(serverUrl: string, name: string) {
  const issuer = `${serverUrl}/realms/${name}`
  const endpoints = `${issuer}/protocol/openid-connect`
  const tokenEndpoint = `${endpoints}/token`
  const jwksUri = `${endpoints}/certs`

  async function requestTokens(client: Client, grant: Record<string, string>) {
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
    /** RFC 6749 §4.4. */
    requestClientToken: async (client: Client, scope?: string): Promise<string> => {
      const grant = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }
      return (await requestTokens(client, grant)).accessToken
    },
    /** RFC 6749 §4.3, with `openid` in the scope. */
    requestUserTokens: (client: Client, user: User, scope: string) =>
      requestTokens(client, {
        grant_type: 'password',
        username: user.name,
        password: user.password,
        scope: `openid ${scope}`,
      }),
    /** RFC 7009. */
    revoke: async (client: Client, token: string): Promise<void> => {
      await post(`${endpoints}/revoke`, client, { token })
    },
    publicKeys: async () => (await (await fetch(jwksUri)).json()) as JSONWebKeySet,
  }
}

/** The client's credentials are in the body (RFC 6749 §2.3.1). */
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
