/** OCI, "Request Signatures", which builds on draft-cavage-http-signatures-08. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { jwtVerify, type JWK } from 'jose'

export interface SignedRequest {
  method: string
  /** Path and query, unchanged. */
  target: string
  headers: IncomingHttpHeaders
}

export type SignatureVerdict = { valid: true; subject: string } | { valid: false; reason: string }

/** OCI, "Request Signatures": a greater clock skew is answered with 401. */
const skewLimitSeconds = 300

export interface Signer {
  key: KeyObject
  subject: string
}

/**
 * Verifies a signature by a resource principal: the session key is in a token that one of `authorities`
 * signed. `now` in seconds since the epoch. The reason is only for the stack's records.
 */
export function judgeSignature(
  request: SignedRequest,
  authorities: readonly KeyObject[],
  now: number,
): Promise<SignatureVerdict> {
  return verifySignature(request, now, (keyId) =>
    keyId.startsWith('ST$')
      ? readSession(keyId.slice('ST$'.length), authorities, now)
      : Promise.resolve(undefined),
  )
}

/** Verifies a signature by the key that `findSigner` returns for the `keyId`. */
export async function verifySignature(
  request: SignedRequest,
  now: number,
  findSigner: (keyId: string) => Promise<Signer | undefined>,
): Promise<SignatureVerdict> {
  const parameters = readParameters(request.headers.authorization)
  if (parameters === undefined) return refuse('no readable signature')
  const { version, keyId, algorithm, signature } = parameters
  if (version !== '1') return refuse('signature version is not 1')
  if (algorithm !== 'rsa-sha256') return refuse('algorithm is not rsa-sha256')

  const signed = (parameters['headers'] ?? '').toLowerCase().split(' ')
  const dateHeader = signed.includes('x-date') ? 'x-date' : 'date'
  const missing = ['(request-target)', 'host', dateHeader].find((name) => !signed.includes(name))
  if (missing !== undefined) return refuse(`${missing} is not signed`)
  const date = Date.parse(headerValue(request, dateHeader) ?? '') / 1000
  if (!(Math.abs(now - date) <= skewLimitSeconds)) return refuse(`${dateHeader} is out of range`)

  const signer = await findSigner(keyId ?? '')
  if (signer === undefined) return refuse('keyId is unknown or expired')
  const text = signingString(request, signed)
  if (text === undefined) return refuse('a signed header is absent')
  const bytes = Buffer.from(signature ?? '', 'base64')
  return verify('sha256', Buffer.from(text), signer.key, bytes)
    ? { valid: true, subject: signer.subject }
    : refuse('the signature does not match')
}

function refuse(reason: string): SignatureVerdict {
  return { valid: false, reason }
}

/** `Signature name="value",…`; a repeated name is an error. */
function readParameters(header: string | undefined): Record<string, string> | undefined {
  const list = /^Signature (.+)$/.exec(header ?? '')?.[1]
  if (list === undefined) return undefined
  const parameters: Record<string, string> = {}
  for (const part of list.split(',')) {
    const [, name, value] = /^\s*([A-Za-z]+)="([^"]*)"\s*$/.exec(part) ?? []
    if (name === undefined || value === undefined || name in parameters) return undefined
    parameters[name] = value
  }
  return parameters
}

function headerValue({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

function signingString(request: SignedRequest, names: readonly string[]): string | undefined {
  const lines: string[] = []
  for (const name of names) {
    const value =
      name === '(request-target)'
        ? `${request.method.toLowerCase()} ${request.target}`
        : headerValue(request, name)
    if (value === undefined) return undefined
    lines.push(`${name}: ${value}`)
  }
  return lines.join('\n')
}

async function readSession(
  token: string,
  authorities: readonly KeyObject[],
  now: number,
): Promise<Signer | undefined> {
  for (const authority of authorities) {
    try {
      const { payload } = await jwtVerify(token, authority, {
        algorithms: ['RS256'],
        requiredClaims: ['sub', 'exp', 'jwk', 'res_tenant', 'res_compartment'],
        currentDate: new Date(now * 1000),
      })
      const jwk = JSON.parse(String(payload['jwk'])) as JWK
      return { key: createPublicKey({ key: jwk, format: 'jwk' }), subject: payload.sub ?? '' }
    } catch {
      // Signed by another authority, or not at all.
    }
  }
  return undefined
}
