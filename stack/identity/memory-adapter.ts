/** The clients and opaque tokens of one identity domain. */
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { ClientOptions } from './options.ts'

export type MemoryStore = Map<string, AdapterPayload>

/** oidc-provider checks the expiry itself. */
export function memoryAdapter(store: MemoryStore): AdapterFactory {
  return (model): Adapter => ({
    upsert: (id, payload) => {
      store.set(keyOf(model, id), payload)
      return Promise.resolve()
    },
    find: (id) => Promise.resolve(store.get(keyOf(model, id))),
    destroy: (id) => {
      store.delete(keyOf(model, id))
      return Promise.resolve()
    },
    consume: neverCalled,
    findByUid: neverCalled,
    findByUserCode: neverCalled,
    revokeByGrantId: neverCalled,
  })
}

/** Writes a client. A new secret is valid for the next request. */
export function storeClient(
  store: MemoryStore,
  client: ClientOptions,
  extensionGrants: readonly string[],
): void {
  store.set(keyOf('Client', client.clientId), {
    client_id: client.clientId,
    ...(client.isPublic === true
      ? { token_endpoint_auth_method: 'none' }
      : { client_secret: client.clientSecret }),
    client_name: client.clientId,
    grant_types: ['client_credentials', ...extensionGrants],
    ...(client.publicKey === undefined
      ? {}
      : { jwks: { keys: [{ ...client.publicKey.jwk, kid: client.publicKey.kid }] } }),
    ...(client.authenticatesByKey === true
      ? { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'RS256' }
      : {}),
    redirect_uris: [...(client.redirectUris ?? [])],
    // Without it, oidc-provider removes the authorization code grant of the client.
    response_types: client.redirectUris === undefined ? [] : ['code'],
  })
}

function keyOf(model: string, id: string): string {
  return `${model} ${id}`
}

/** For the sessions and codes of oidc-provider's own grants, which are not used. */
function neverCalled(): Promise<never> {
  return Promise.reject(new Error('the identity domain keeps no sessions, grants or codes'))
}
