/**
 * Requests to an HTTP back end. Sources: Oracle, "Adding an HTTP or HTTPS URL as an API
 * Gateway Back End" and "Forwarded and host-related headers sent to HTTP backends do not match
 * backend expectations".
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { substitute } from './context-variables.ts'
import type { RequestScope } from './engine.ts'
import {
  endToEndHeaders,
  fromRawHeaders,
  headerValues,
  requestHeaderBytes,
  withoutHeaders,
  type Header,
} from './headers.ts'
import { headerLimitBytes } from './limits.ts'
import type { HttpBackend } from './read-specification.ts'
import { errorResponse, type Response } from './responses.ts'

/** Back end origin in the specification → origin of its stand-in on loopback. */
export type Origins = Readonly<Record<string, string>>

export interface BackendRequest {
  readonly method: string
  /** The caller's headers after the route's transformations. */
  readonly headers: readonly Header[]
  /** With its question mark; empty when there is none. */
  readonly query: string
  readonly body: Buffer
  readonly remoteAddress: string
}

export interface BackendUrl {
  readonly origin: string
  /** Everything after the origin; may contain `${...}`. */
  readonly path: string
}

/** Splits a URL template. Undefined if it is not an HTTP URL, or has a query or a variable host. */
export function parseBackendUrl(url: string): BackendUrl | undefined {
  const match = /^(https?:\/\/[A-Za-z0-9.:[\]-]+)(\/[^?#]*)?$/.exec(url)
  return match?.[1] === undefined ? undefined : { origin: match[1], path: match[2] ?? '/' }
}

/** The stand-in's origin, which is always on loopback. */
export function standInFor(origin: string, origins: Origins): string | undefined {
  const target = origins[origin] ?? origin
  return /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(target) ? target : undefined
}

export async function callBackend(
  backend: HttpBackend,
  request: BackendRequest,
  { engine, tables, log }: RequestScope,
): Promise<Response> {
  const { origins, settings } = engine
  const { origin = '', path = '/' } = parseBackendUrl(backend.url) ?? {}
  const target = substitute(path, tables) + request.query
  log('httpBackend.formedBackendUrl', 'INFO', origin)
  if (!/^[\x21-\x7e]+$/.test(target)) {
    log('httpBackend.urlInvalid', 'ERROR', origin)
    return errorResponse(502)
  }
  const headers = backendHeaders(request, new URL(origin).host)
  const bytes = requestHeaderBytes(request.method, target, headers)
  if (settings.headerLimitAtBackend && bytes > headerLimitBytes) {
    log('httpBackend.requestError', 'ERROR', `the header is over ${headerLimitBytes} bytes`)
    return errorResponse(502)
  }
  log('httpBackend.requestSent', 'INFO', origin)
  try {
    const answer = await exchange(
      standInFor(origin, origins) ?? '',
      target,
      headers,
      request,
      backend,
    )
    log('httpBackend.responseReceived', 'INFO', `status ${answer.status}`)
    return answer
  } catch (error) {
    const isTimeout = error instanceof BackendTimeout
    log('httpBackend.requestError', 'ERROR', isTimeout ? 'timeout' : 'connection failed')
    return errorResponse(isTimeout ? 504 : 502)
  }
}

/** Rewrites `Host`, and appends the caller's address to the forwarding headers. */
function backendHeaders(request: BackendRequest, host: string): Header[] {
  const { headers, body, remoteAddress } = request
  const chain = (name: string, own: string): Header => [
    name,
    [...headerValues(headers, name), own].join(', '),
  ]
  const result: Header[] = [
    ['Host', host],
    ...withoutHeaders(
      endToEndHeaders(headers),
      'host',
      'content-length',
      'expect',
      'x-real-ip',
      'forwarded',
      'x-forwarded-for',
    ),
    ['X-Real-IP', remoteAddress],
    chain('Forwarded', `for=${remoteAddress}`),
    chain('X-Forwarded-For', remoteAddress),
  ]
  // The documentation does not mention a User-Agent of the caller or of the route.
  if (headerValues(headers, 'user-agent').length === 0) {
    result.push(['User-Agent', 'Oracle API Gateway'])
  }
  const hadBody = ['content-length', 'transfer-encoding'].some(
    (name) => headerValues(headers, name).length > 0,
  )
  if (hadBody) result.push(['Content-Length', String(body.length)])
  return result
}

class BackendTimeout extends Error {}

/** Each timeout limits one pause: until connected, between two writes, between two reads. */
function exchange(
  standIn: string,
  target: string,
  headers: readonly Header[],
  { method, body }: BackendRequest,
  backend: HttpBackend,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(standIn)
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path: target,
      headers: headers.flat(),
      agent: false,
    })
    let timer: NodeJS.Timeout | undefined
    const allow = (seconds: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => outgoing.destroy(new BackendTimeout()), seconds * 1000)
    }
    const readSeconds = backend.readTimeoutInSeconds ?? 10
    allow(backend.connectTimeoutInSeconds ?? 60)
    outgoing.once('socket', (socket) => {
      socket.once('connect', () => {
        allow(backend.sendTimeoutInSeconds ?? 10)
      })
    })
    outgoing.once('finish', () => {
      allow(readSeconds)
    })
    outgoing.on('error', reject)
    outgoing.once('close', () => {
      clearTimeout(timer)
    })
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = []
      allow(readSeconds)
      incoming.on('data', (chunk: Buffer) => {
        allow(readSeconds)
        chunks.push(chunk)
      })
      // A timeout within the body rejects with the timer's error.
      incoming.on('error', reject)
      incoming.once('end', () => {
        clearTimeout(timer)
        resolve(backendResponse(incoming, Buffer.concat(chunks)))
      })
    })
    outgoing.end(body)
  })
}

function backendResponse(incoming: IncomingMessage, body: Buffer): Response {
  return {
    status: incoming.statusCode ?? 502,
    headers: endToEndHeaders(fromRawHeaders(incoming.rawHeaders)),
    body,
  }
}
