/** An identity provider of the local stack, of either flavour, on a port of 127.0.0.1. */
import type { RequestListener } from 'node:http'
import {
  importJWK,
  SignJWT,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose'
import type { Provider } from 'oidc-provider'
import { listen, type LocalServer } from '../listen.ts'
import { readActiveToken } from './access-token.ts'
import {
  type AssertionKey,
  type Client,
  type IssuedToken,
  requestCodeToken,
  requestDeviceToken,
  requestToken,
  requestUserToken,
} from './client-request.ts'
import { clientOf, type Domain, type RecordedRequest } from './domain.ts'
import { idcs } from './idcs/idcs.ts'
import { newUserGrants } from './idcs/user-grants.ts'
import { storeClient } from './memory-adapter.ts'
import { checkOptions, type IdentityDomainOptions, type UserOptions } from './options.ts'
import { publicKeySet } from './signing-key.ts'
import { standard } from './standard.ts'

export type SignToken = (
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters>,
) => Promise<string>

export interface IdentityDomain extends LocalServer {
  readonly name: string
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly introspectionEndpoint: string
  readonly revocationEndpoint: string
  readonly jwksUri: string
  /** Oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** The current keys, without the members that strict JOSE libraries reject. */
  publicKeys(): JSONWebKeySet
  /** The body parameters that request a fully qualified scope. */
  scopeParameters(qualifiedScope: string): Record<string, string>
  /** A token from the real endpoint. Throws an `Error` with its status and error code. */
  requestToken(client: Client, qualifiedScope: string): Promise<IssuedToken>
  /** A token for a user that the client asserts with its key (`idcs` only). */
  requestUserToken(
    client: Client,
    key: AssertionKey,
    user: string,
    qualifiedScope: string,
  ): Promise<IssuedToken>
  /** Device flow: the user logs in and allows the device (`idcs` only). */
  requestDeviceToken(client: Client, user: UserOptions, scope: string): Promise<IssuedToken>
  /** Authorization code with PKCE: the user logs in (`idcs` only). */
  requestCodeToken(client: Client, user: UserOptions, scope: string): Promise<IssuedToken>
  /** As an administrator, for any client. Throws for a token that is not active. */
  revoke(accessToken: string): Promise<void>
  /** A token with any claims. The header's `alg` and `kid` are those of the current key. */
  signToken: SignToken
  rotateSigningKey(): void
  /** Throws for a client that the domain does not have. */
  setClientSecret(clientId: string, clientSecret: string): void
}

const flavours = { standard, idcs }

/** Throws an `Error` for contradictory options, or if the port is in use. */
export async function startIdentityDomain(options: IdentityDomainOptions): Promise<IdentityDomain> {
  checkOptions(options)
  const flavour = flavours[options.flavour]

  // The provider needs the URL, so the server starts first.
  let provider: Provider
  let answer: RequestListener | undefined
  const server = await listen((request, response) => {
    answer?.(request, response)
  }, options.port)

  const domain: Domain = {
    options,
    url: server.url,
    issuer: flavour.issuer(server.url, options),
    store: new Map(),
    revokedTokenIds: new Set(),
    requests: [],
    userGrants: newUserGrants(),
    signingKeys: flavour.rotate([]),
  }
  for (const client of options.clients) {
    storeClient(domain.store, client, flavour.extensionGrants)
  }

  // Keys are part of oidc-provider's configuration: new keys need a new provider, which shares
  // clients and tokens with the previous one.
  const useProvider = () => {
    provider = flavour.createProvider(domain)
    // Otherwise an error of the stack itself would only be a 500.
    provider.on('server_error', (_ctx, error) => {
      console.error(error)
    })
    const callback = provider.callback()
    answer = (request, response) => {
      void callback(request, response)
    }
  }
  useProvider()

  const tokenEndpoint = server.url + flavour.paths.token
  const scopeParameters = (scope: string) => flavour.scopeParameters(options.resourceServers, scope)
  return {
    ...server,
    name: options.name,
    issuer: domain.issuer,
    tokenEndpoint,
    introspectionEndpoint: server.url + flavour.paths.introspection,
    revocationEndpoint: server.url + flavour.paths.revocation,
    jwksUri: server.url + flavour.paths.jwks,
    requests: domain.requests,
    publicKeys: () => publicKeySet(domain.signingKeys),
    scopeParameters,
    requestToken: (client, scope) => requestToken(tokenEndpoint, client, scopeParameters(scope)),
    requestUserToken: (client, key, user, scope) =>
      requestUserToken(tokenEndpoint, client, key, { user, scope, audience: domain.issuer }),
    requestDeviceToken: (client, user, scope) =>
      requestDeviceToken(server.url, client, user, scope),
    requestCodeToken: (client, user, scope) => requestCodeToken(server.url, client, user, scope),
    revoke: async (accessToken) => {
      const opaque = await provider.ClientCredentials.find(accessToken)
      const jti = (await readActiveToken(domain, accessToken))?.jti
      if (opaque !== undefined) await opaque.destroy()
      else if (jti !== undefined) domain.revokedTokenIds.add(jti)
      else throw new Error(`identity domain ${options.name}: no active token of this domain`)
    },
    signToken: async (claims, header) => {
      const [{ kid, privateJwk }] = domain.signingKeys
      return new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: 'RS256', kid })
        .sign(await importJWK(privateJwk, 'RS256'))
    },
    rotateSigningKey: () => {
      domain.signingKeys = flavour.rotate(domain.signingKeys)
      useProvider()
    },
    setClientSecret: (clientId, clientSecret) => {
      const client = clientOf(domain, clientId)
      if (client === undefined) {
        throw new Error(`identity domain ${options.name}: no client ${clientId}`)
      }
      storeClient(domain.store, { ...client, clientSecret }, flavour.extensionGrants)
    },
  }
}
