/** The part of Keycloak's Admin REST API that the tests use. */
import { adminUser, type KeycloakServer } from './server.ts'

export type KeycloakAdmin = ReturnType<typeof administer>

interface Component {
  readonly id: string
  readonly providerId: string
  readonly config: { readonly priority: readonly string[] }
}

const keyProviderType = 'org.keycloak.keys.KeyProvider'
const signingKeyProvider = 'rsa-generated'

export function administer(server: KeycloakServer) {
  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${server.url}/admin/realms${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await requestAdminToken(server)}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) {
      throw new Error(`${method} ${path}: status ${answer.status}, ${await answer.text()}`)
    }
    return answer
  }

  /** Creates a resource at the path below `/admin/realms`. Returns its ID. */
  async function create(path: string, body: unknown): Promise<string> {
    const answer = await send('POST', path, body)
    return answer.headers.get('location')?.split('/').at(-1) ?? ''
  }

  async function signingKeys(realm: string): Promise<Component[]> {
    const answer = await send('GET', `/${realm}/components?type=${keyProviderType}`)
    const components = (await answer.json()) as Component[]
    return components.filter(({ providerId }) => providerId === signingKeyProvider)
  }

  return {
    create,
    /** Makes the client scope optional for all clients that are created later. */
    offerToNewClients: async (realm: string, clientScopeId: string) => {
      await send('PUT', `/${realm}/default-optional-client-scopes/${clientScopeId}`)
    },
    /** Adds an RSA key that signs from now on. The former keys are valid until their removal. */
    rotateSigningKey: async (realm: string) => {
      const former = await signingKeys(realm)
      const priorities = former.map(({ config }) => Number(config.priority[0]))
      // If two keys have the same priority, either may sign.
      const priority = String(Math.max(...priorities) + 1)
      await create(`/${realm}/components`, {
        name: 'next',
        providerType: keyProviderType,
        providerId: signingKeyProvider,
        config: { priority: [priority], algorithm: ['RS256'] },
      })
      return {
        removeFormerKeys: async () => {
          for (const { id } of former) await send('DELETE', `/${realm}/components/${id}`)
        },
      }
    },
    /** Replaces the client's secret, as the button “Regenerate” does. Returns the new secret. */
    regenerateSecret: async (realm: string, clientId: string) => {
      const query = new URLSearchParams({ clientId }).toString()
      const found = await send('GET', `/${realm}/clients?${query}`)
      const [client] = (await found.json()) as { readonly id: string }[]
      if (client === undefined) throw new Error(`no client ${clientId} in ${realm}`)
      const answer = await send('POST', `/${realm}/clients/${client.id}/client-secret`)
      return ((await answer.json()) as { readonly value: string }).value
    },
    /** Ends all sessions of a user, as the button “Sign out” does. */
    signOut: async (realm: string, userId: string) => {
      await send('POST', `/${realm}/users/${userId}/logout`)
    },
  }
}

/** Each request uses a new token, as it expires after a minute. */
async function requestAdminToken({ url, adminPassword }: KeycloakServer): Promise<string> {
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username: adminUser,
      password: adminPassword,
    }),
  })
  if (!answer.ok) throw new Error(`no token for the administrator: status ${answer.status}`)
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}
