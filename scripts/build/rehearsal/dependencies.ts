import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const ISSUER = 'https://identity.oraclecloud.com/'
export const AUDIENCE = 'https://api.example.com/'

/**
 * One loopback server for all dependencies of the function: introspection, keys, token endpoint and
 * Vault. Every answer is a success; the server counts requests and can delay its answers.
 */
export interface Dependencies {
  readonly url: string
  /** Requests by the first part of their path, since the last `resetCounts`. */
  readonly counts: Readonly<Record<string, number>>
  resetCounts(): void
  /** Milliseconds before each answer. */
  delayBy(milliseconds: number): void
  close(): void
}

/** `jwks`: the JWK Set to serve. */
export async function startDependencies(jwks: unknown): Promise<Dependencies> {
  let counts: Record<string, number> = {}
  let delay = 0
  const expiry = Math.floor(Date.now() / 1000) + 36_000
  const introspected = {
    active: true,
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'partner-a',
    client_id: 'partner-a',
    scope: 'echo:invoke',
    token_type: 'Bearer',
    exp: expiry,
  }
  const secret = Buffer.from('client-secret').toString('base64')
  const answers: Readonly<Record<string, string>> = {
    token: JSON.stringify({
      access_token: `back-end-${'x'.repeat(900)}`,
      token_type: 'Bearer',
      expires_in: 3600,
    }),
    '20190301': JSON.stringify({
      secretId: 'ocid1.vaultsecret.oc1.phx.a',
      versionNumber: 1,
      secretBundleContent: { contentType: 'BASE64', content: secret },
    }),
    jwks: JSON.stringify(jwks),
  }
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse, form: string): void => {
    const name = incoming.url?.split('/')[1] ?? ''
    counts[name] = (counts[name] ?? 0) + 1
    const body =
      name === 'introspect'
        ? JSON.stringify({ ...introspected, jti: jtiOf(new URLSearchParams(form).get('token')) })
        : (answers[name] ?? '')
    outgoing.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    outgoing.end(body)
  }
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    text(incoming).then(
      (form) => {
        if (delay === 0) answer(incoming, outgoing, form)
        else setTimeout(answer, delay, incoming, outgoing, form)
      },
      // The client aborted its request.
      () => outgoing.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get counts() {
      return counts
    },
    resetCounts: () => {
      counts = {}
    },
    delayBy: (milliseconds) => {
      delay = milliseconds
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The `jti` of a JWT, which identity domains repeat in their answer; undefined for an opaque token. */
function jtiOf(token: string | null): unknown {
  const payload = token?.split('.')[1]
  if (payload === undefined) return undefined
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly jti?: unknown })
    .jti
}
