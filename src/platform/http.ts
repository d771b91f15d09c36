/**
 * Owns every exchange with a neighbour over HTTP: one request, one whole answer, within bounds.
 * I/O: opens connections. The only door to axios.
 */
import type { AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'
import { milliseconds, type Deadline } from './clock.ts'
import { agents, forgetting, whatHasArrived, type Agents } from './connections.ts'
import { isJsonObject, member } from './json.ts'
import { failure, success, type Result } from './result.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** `https`, or `http` to a loopback address: the configuration admits no other. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  /** By its name in lower case; undefined where the answer has no such header. */
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array
}

/** How an exchange failed before there was an answer to judge; a closed list, fit for the log. */
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

/** An answer over this size is no answer of an identity provider or of Vault. */
const LARGEST_ANSWER_BYTES = 1024 * 1024

/** No exchange as a whole takes longer, however much time the decision has left. */
const LONGEST_EXCHANGE_MILLISECONDS = milliseconds(5_000)

/**
 * An exchange that follows no redirect, asks no proxy, checks certificates whatever the
 * environment says, reads at most 1 MiB after decompression, and ends as a whole when the deadline
 * does. A connection that died while it lay idle costs one silent retry.
 */
export function createHttp(): Http {
  // Loaded at the first exchange: a function that only listens has no use for it.
  let loading: Promise<Client> | undefined
  return async (request, deadline) => {
    const client = await (loading ??= loadClient())
    await whatHasArrived(client.keptConnections)
    const kept = await exchange(client, client.keptConnections, request, deadline)
    if (kept !== 'dead_connection') return kept
    const fresh = await exchange(client, client.freshConnections, request, deadline)
    return fresh === 'dead_connection' ? failure('connection_failed') : fresh
  }
}

interface Client {
  readonly axios: AxiosStatic
  /** What axios hands a request over to, by the protocol of its address. */
  readonly transports: Readonly<Record<string, ReturnType<typeof forgetting>>>
  readonly keptConnections: Agents
  readonly freshConnections: Agents
}

async function loadClient(): Promise<Client> {
  const [{ default: axios }, http, https] = await Promise.all([
    import('axios'),
    import('node:http'),
    import('node:https'),
  ])
  return {
    axios,
    transports: { 'http:': forgetting(http.request), 'https:': forgetting(https.request) },
    keptConnections: agents(http, https, 'kept'),
    freshConnections: agents(http, https, 'fresh'),
  }
}

/** Each setting is given, defaults too: what is absent could be had from a polluted prototype. */
const SETTINGS = {
  adapter: 'http',
  maxRedirects: 0,
  proxy: false,
  maxContentLength: LARGEST_ANSWER_BYTES,
  maxBodyLength: LARGEST_ANSWER_BYTES,
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
  const span = Math.min(deadline.remaining(), LONGEST_EXCHANGE_MILLISECONDS)
  if (span <= 0) return failure('timed_out')
  // axios's own `timeout` ends with the first byte of the answer; this one ends the exchange.
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
  return {
    status: response.status,
    header: (name) => {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined
      return typeof value === 'string' ? value : undefined
    },
    body: response.data,
  }
}

/** A kept connection that the neighbour closed before our request reached it. */
function isDeadConnection(error: unknown): boolean {
  if (!isJsonObject(error)) return false
  const request = member(error, 'request')
  const reused = typeof request === 'object' && request !== null && 'reusedSocket' in request
  return reused && request.reusedSocket === true && ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
}

/** An AxiosError holds the whole request, secrets included: nothing of it but its code gets out. */
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

/** axios gives both kinds of broken answer the same code; this is the text that tells them apart. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('maxContentLength')
}
