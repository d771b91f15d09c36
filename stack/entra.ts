/** The stand-in for Microsoft Entra ID: tokens in its formats, and their keys. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { SignToken } from './identity/identity-domain.ts'
import { listen, type LocalServer, type Port } from './listen.ts'

export const ENTRA_TENANT = '6a1b2c3d-0000-4000-8000-000000000001'

/** `aud` of tokens for Microsoft Graph. */
const GRAPH = '00000003-0000-0000-c000-000000000000'

export interface EntraTokenOptions {
  /** The token version in the manifest of the API's app registration. Default 2. */
  readonly version?: 1 | 2
  /** Default: this API. */
  readonly forGraph?: boolean
  /** The granted app roles. Default `Echo.Invoke`; without roles, the token is issued too. */
  readonly roles?: readonly string[]
  /** A token of a user has `scp` instead of `roles`, and the user's name in `upn` and others. */
  readonly user?: string
  /** The application; a new one by default. */
  readonly clientId?: string
}

export interface EntraOptions {
  readonly tenant?: string
  /** Default: a new one. */
  readonly apiClientId?: string
  readonly extraClaims?: Readonly<Record<string, unknown>>
  readonly port?: Port
}

export interface Entra extends LocalServer {
  readonly tenant: string
  readonly jwksUri: string
  /** The API's client id, which is the audience of version 2 tokens. */
  readonly apiClientId: string
  /** A token of an application (Microsoft, “Access token claims reference”). */
  requestToken(options?: EntraTokenOptions): Promise<string>
  /** A token with any claims. The header's `alg` and `kid` are those of the current key. */
  signToken: SignToken
  rotateSigningKey(): void
}

export async function startEntra(options: EntraOptions = {}): Promise<Entra> {
  const { tenant = ENTRA_TENANT, apiClientId = randomUUID(), extraClaims } = options
  let key = newKey()
  const server = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: [key.jwk] }))
  }, options.port)
  return {
    ...server,
    tenant,
    jwksUri: `${server.url}/${tenant}/discovery/v2.0/keys`,
    apiClientId,
    signToken: (claims, header) =>
      new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: 'RS256', kid: key.kid, x5t: key.kid })
        .sign(key.privateKey),
    rotateSigningKey: () => {
      key = newKey()
    },
    requestToken: ({
      version = 2,
      forGraph = false,
      roles = ['Echo.Invoke'],
      user,
      clientId: application = randomUUID(),
    } = {}) => {
      const { kid, privateKey } = key
      return new SignJWT({
        oid: randomUUID(),
        tid: tenant,
        ...(roles.length > 0 && (user === undefined ? { roles } : { scp: roles.join(' ') })),
        ...(user !== undefined && { upn: user, preferred_username: user, email: user }),
        ...extraClaims,
        ver: `${version}.0`,
        ...(version === 1 ? { appid: application } : { azp: application }),
      })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
        .setIssuer(
          version === 1
            ? `https://sts.windows.net/${tenant}/`
            : `https://login.microsoftonline.com/${tenant}/v2.0`,
        )
        .setAudience(forGraph ? GRAPH : apiClientId)
        .setSubject(randomUUID())
        .setIssuedAt()
        .setNotBefore('0 seconds')
        .setExpirationTime('75 minutes')
        .sign(privateKey)
    },
  }
}

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = randomUUID()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, x5t: kid, use: 'sig' }
  return { kid, privateKey, jwk }
}
