/**
 * An identity provider where a person can log in: oidc-provider with its own development pages.
 */
import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { listen, type LocalServer } from '../../../stack/listen.ts'
import { newSigningKey } from '../../../stack/identity/signing-key.ts'
import { Provider } from '../../../stack/identity/oidc-provider.ts'

export const RESOURCE = 'https://api.example.com/'

export interface LoginProvider extends LocalServer {
  readonly clientId: string
  readonly clientSecret: string
  /** Answers the discovery document with these members replaced. */
  discoverWith(members: Readonly<Record<string, unknown>>): void
}

/** `redirectPort`: where the code flow redirects the browser. */
export async function startLoginProvider(redirectPort: number): Promise<LoginProvider> {
  let foreign: Readonly<Record<string, unknown>> = {}
  const routes: { answer?: RequestListener } = {}
  const server = await listen((request, response) => {
    routes.answer?.(request, response)
  })
  dropReminders()
  const clientId = 'desk-client'
  const clientSecret = randomBytes(18).toString('base64url')
  const provider = new Provider(server.url, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: [
          'client_credentials',
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        response_types: ['code'],
        redirect_uris: [`http://127.0.0.1:${redirectPort}/callback`],
        // Plain http is for native applications alone.
        application_type: 'native',
      },
    ],
    jwks: { keys: [{ ...newSigningKey().privateJwk }] },
    cookies: { keys: [randomBytes(18).toString('base64url')] },
    scopes: ['openid', 'offline_access', 'read'],
    pkce: { required: () => true },
    ttl: { AccessToken: 600, RefreshToken: 3600, DeviceCode: 300, ClientCredentials: 600 },
    // Each refresh token is accepted once, as by identity domains.
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, _client, code) => Promise.resolve(code.scopes.has('offline_access')),
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: RESOURCE,
          scope: 'read',
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt' as const,
        }),
      },
    },
  })
  const callback = provider.callback()
  routes.answer = (request, response) => {
    if (request.url === '/.well-known/openid-configuration' && Object.keys(foreign).length > 0) {
      const document = {
        issuer: server.url,
        token_endpoint: `${server.url}/token`,
        authorization_endpoint: `${server.url}/auth`,
        ...foreign,
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
      return
    }
    void callback(request, response)
  }
  return {
    ...server,
    clientId,
    clientSecret,
    discoverWith: (members) => {
      foreign = members
    },
  }
}

/** oidc-provider prints reminders about production use, which do not concern this one. */
function dropReminders(): void {
  for (const name of ['warn', 'info'] as const) {
    const print = console[name].bind(console)
    console[name] = (...words: unknown[]) => {
      if (!String(words[0]).includes('oidc-provider')) print(...words)
    }
  }
}
