/** The part of oidc-provider's configuration that both flavours share. */
import type { Configuration } from 'oidc-provider'
import type { Domain } from './domain.ts'
import { memoryAdapter } from './memory-adapter.ts'

/** Sets everything for which oidc-provider would otherwise print a warning. */
export function commonConfiguration(domain: Domain): Configuration {
  return {
    adapter: memoryAdapter(domain.store),
    jwks: { keys: domain.signingKeys.map((key) => ({ ...key.privateJwk })) },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    scopes: [],
    responseTypes: [],
    clientBasedCORS: () => false,
    ttl: { ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 600 },
    // Browsers get the same JSON as other clients.
    renderError: (ctx, out) => {
      ctx.body = out
    },
  }
}

/** The same for the features: client credentials, introspection and revocation, nothing else. */
export const commonFeatures = {
  clientCredentials: { enabled: true },
  introspection: { enabled: true, allowedPolicy: () => true },
  revocation: {
    enabled: true,
    allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
  },
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  userinfo: { enabled: false },
} satisfies Configuration['features']
