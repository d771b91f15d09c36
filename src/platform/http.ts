import type { ClientRequest } from 'node:http'
import type { AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'
import { milliseconds, type Deadline } from './clock.ts'
import { createAgents, createTransport, readPendingData, type Agents } from './connections.ts'
import { isJsonObject, member } from './json.ts'
import { failure, success, type Result } from './result.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** `https`, or `http` to a loopback address: the configuration admits no other. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /**
   * `own`: a connection that is opened for this exchange and closed after it, so that no late or
   * doubled answer to another request can be taken for the answer. It costs a handshake; a TLS
   * session is resumed where the server allows it. Default `shared`: one that is kept open.
   */
  readonly connection?: 'own' | 'shared'
}

export interface HttpAnswer {
  readonly status: number
  /** By its name in lower case; undefined where the answer has no such header. */
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array
  /**
   * Closes the connection that the answer came over, and with it an exchange that uses it by now:
   * for an answer that does not belong to the request.
   */
  readonly closeConnection: () => void
}

/** Why an exchange has no answer; a closed list, fit for the log. */
export type HttpFailure =
  | 'name_not_found'
  | 'connection_refused'
  | 'connection_failed'
  | 'tls_failed'
  | 'timed_out'
  | 'answer_too_large'
  | 'answer_broken'

export type Http = (
  request: HttpRequest,
  deadline: Deadline,
) => Promise<Result<HttpAnswer, HttpFailure>>

/** Identity providers and Vault send far smaller answers. */
const MAX_ANSWER_BYTES = 1024 * 1024

/** Limit of the whole exchange, however much time the decision has left. */
const MAX_EXCHANGE_MILLISECONDS = milliseconds(5_000)

/**
 * Each exchange follows no redirect, uses no proxy, checks certificates whatever the environment
 * says, reads at most 1 MiB after decompression, and ends when the deadline does. A kept connection
 * that died while it was idle costs one silent retry.
 */
export function createHttp(): Http {
  // Loaded at the first exchange, to keep the start short.
  let loading: Promise<Client> | undefined
  return async (request, deadline) => {
    const client = await (loading ??= loadClient())
    if (request.connection !== 'own') {
      await readPendingData(client.sharedConnections)
      const outcome = await exchange(client, client.sharedConnections, request, deadline)
      if (outcome !== 'dead_connection') return outcome
    }
    const outcome = await exchange(client, client.ownConnections, request, deadline)
    return outcome === 'dead_connection' ? failure('connection_failed') : outcome
  }
}

interface Client {
  readonly axios: AxiosStatic
  /** By the protocol of the URL. */
  readonly transports: Readonly<Record<string, ReturnType<typeof createTransport>>>
  readonly sharedConnections: Agents
  readonly ownConnections: Agents
}

async function loadClient(): Promise<Client> {
  const [{ default: axios }, http, https] = await Promise.all([
    import('axios'),
    import('node:http'),
    import('node:https'),
  ])
  return {
    axios,
    transports: {
      'http:': createTransport(http.request),
      'https:': createTransport(https.request),
    },
    sharedConnections: createAgents(http, https, 'shared'),
    ownConnections: createAgents(http, https, 'own'),
  }
}

/** Defaults are given, too: a missing setting could come from a polluted prototype. */
const SETTINGS = {
  adapter: 'http',
  maxRedirects: 0,
  proxy: false,
  maxContentLength: MAX_ANSWER_BYTES,
  maxBodyLength: MAX_ANSWER_BYTES,
  decompress: true,
  responseType: 'arraybuffer',
  transformRequest: (body: unknown) => body,
  transformResponse: (body: unknown) => body,
  validateStatus: () => true,
} as const satisfies AxiosRequestConfig

async function exchange(
  { axios, transports }: Client,
  connections: Agents,
  request: HttpRequest,
  deadline: Deadline,
): Promise<Result<HttpAnswer, HttpFailure> | 'dead_connection'> {
  const span = Math.min(deadline.remaining(), MAX_EXCHANGE_MILLISECONDS)
  if (span <= 0) return failure('timed_out')
  // The `timeout` of axios ends with the first byte of the answer; this one covers the exchange.
  const abort = new AbortController()
  const timer = setTimeout(() => {
    abort.abort()
  }, span)
  try {
    const response: AxiosResponse<Buffer> = await axios.request({
      ...SETTINGS,
      ...connections,
      transport: transports[new URL(request.url).protocol],
      method: request.method,
      url: request.url,
      headers: { ...request.headers },
      ...(Object.hasOwn(request, 'body') ? { data: request.body } : {}),
      signal: abort.signal,
    })
    return success(toAnswer(response))
  } catch (error) {
    if (abort.signal.aborted) return failure('timed_out')
    return isDeadConnection(error) ? 'dead_connection' : failure(kindOf(error))
  } finally {
    clearTimeout(timer)
  }
}

function toAnswer(response: AxiosResponse<Buffer>): HttpAnswer {
  const headers = response.headers as Readonly<Record<string, unknown>>
  const { socket } = response.request as ClientRequest
  return {
    status: response.status,
    header: (name) => {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined
      return typeof value === 'string' ? value : undefined
    },
    body: response.data,
    closeConnection: () => {
      socket?.destroy()
    },
  }
}

/** Whether the server had closed a kept connection before the request reached it. */
function isDeadConnection(error: unknown): boolean {
  if (!isJsonObject(error)) return false
  const request = member(error, 'request')
  const reused = typeof request === 'object' && request !== null && 'reusedSocket' in request
  return reused && request.reusedSocket === true && ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
}

/** An AxiosError holds the whole request, secrets included: only its code may leave this file. */
function kindOf(error: unknown): HttpFailure {
  const code = codeOf(error)
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'name_not_found'
    case 'ECONNREFUSED':
      return 'connection_refused'
    case 'ETIMEDOUT':
      return 'timed_out'
    case 'ERR_BAD_RESPONSE':
      return isTooLarge(error) ? 'answer_too_large' : 'answer_broken'
    default:
      if (/^(CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
        return 'tls_failed'
      }
      return /^(HPE_|Z_|ERR_STREAM|ERR__?ZLIB)/.test(code) ? 'answer_broken' : 'connection_failed'
  }
}

function codeOf(error: unknown): string {
  const code = isJsonObject(error) ? member(error, 'code') : undefined
  return typeof code === 'string' ? code : ''
}

/** axios has one code for both kinds of broken answer; the message tells them apart. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('maxContentLength')
}
