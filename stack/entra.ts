/**
 * Owns the stand-in for Microsoft Entra ID: tokens of its shapes, and the keys to them.
 * I/O: serves its keys on loopback.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { listen } from './listen.ts'

export const ENTRA_TENANT = '6a1b2c3d-0000-4000-8000-000000000001'

/** `aud` of tokens for Microsoft Graph. */
const GRAPH = '00000003-0000-0000-c000-000000000000'

export interface EntraTokenOptions {
  /** As the manifest of the API's app registration says. Default 2. */
  readonly version?: 1 | 2
  /** Default: this API. */
  readonly forGraph?: boolean
  /** What the application was granted. Default `Echo.Invoke`; it gets a token without any, too. */
  readonly roles?: readonly string[]
}

export interface Entra {
  readonly jwksUri: string
  /** The API's client id, which is the audience of version 2 tokens. */
  readonly apiClientId: string
  /** A token of an application (Microsoft, “Access token claims reference”). */
  requestToken(options?: EntraTokenOptions): Promise<string>
  close(): Promise<void>
}

export async function startEntra(): Promise<Entra> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = randomUUID()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, x5t: kid, use: 'sig' }
  const server = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  const apiClientId = randomUUID()
  return {
    jwksUri: `${server.url}/${ENTRA_TENANT}/discovery/v2.0/keys`,
    apiClientId,
    requestToken: ({ version = 2, forGraph = false, roles = ['Echo.Invoke'] } = {}) => {
      const application = randomUUID()
      return new SignJWT({
        oid: randomUUID(),
        tid: ENTRA_TENANT,
        ...(roles.length > 0 && { roles }),
        ver: `${version}.0`,
        ...(version === 1 ? { appid: application } : { azp: application }),
      })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
        .setIssuer(
          version === 1
            ? `https://sts.windows.net/${ENTRA_TENANT}/`
            : `https://login.microsoftonline.com/${ENTRA_TENANT}/v2.0`,
        )
        .setAudience(forGraph ? GRAPH : apiClientId)
        .setSubject(randomUUID())
        .setIssuedAt()
        .setNotBefore('0 seconds')
        .setExpirationTime('75 minutes')
        .sign(privateKey)
    },
    close: () => server.close(),
  }
}
