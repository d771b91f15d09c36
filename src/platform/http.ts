import type { ClientRequest } from 'node:http'
import type { AxiosError, AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'
import { milliseconds, type Deadline } from './clock.ts'
import { createAgents, createTransport, readPendingData, type Agents } from './connections.ts'
import { codeOf, kindOf, type HttpFailure } from './http-failure.ts'
import { ReusableConnection } from './reusable-connection.ts'
import { failure, success, type Result } from './result.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** `https`, or `http` to a loopback address: the configuration admits no other. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /**
   * A late or doubled answer to an earlier request must not be taken for the answer to this one.
   *
   * - `own`: opens a connection for this exchange and closes it afterwards. It costs a handshake; a TLS
   *   session is resumed if the server allows it.
   * - `Identification`: reuses a connection, and discards answers that do not belong to the request.
   * - `shared` (default): reuses a connection for requests with the same URL. A late answer is at worst
   *   an older one to the same request.
   */
  readonly connection?: 'own' | 'shared' | Identification
}

/**
 * How an answer shows that it belongs to its request. On a reused connection, any other answer is
 * discarded, and the request is sent once more over a connection of its own.
 */
export interface Identification {
  /** What the answer repeats, such as the `jti` of a token. */
  readonly id: string
  /** False also if the answer contradicts the request in anything else. */
  readonly isIn: (answer: HttpAnswer) => boolean
}

export interface HttpAnswer {
  readonly status: number
  /** By its name in lower case; undefined where the answer has no such header. */
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array
}

export type { HttpFailure }

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
    const { connection = 'shared' } = request
    const result =
      connection === 'own'
        ? undefined
        : connection === 'shared'
          ? await exchangeOnShared(client, request, deadline)
          : await exchangeIdentified(client, request, connection, deadline)
    return result ?? (await exchange(client, client.ownConnections, request, deadline)).result
  }
}

/** Undefined if a kept connection had died. */
async function exchangeOnShared(
  client: Client,
  request: HttpRequest,
  deadline: Deadline,
): Promise<Result<HttpAnswer, HttpFailure> | undefined> {
  const connections = client.sharedConnections(request.url)
  await readPendingData()
  const { result, isDead } = await exchange(client, connections, request, deadline)
  return isDead ? undefined : result
}

/** Undefined if the request has to be sent over a connection of its own. */
async function exchangeIdentified(
  client: Client,
  request: HttpRequest,
  { id, isIn }: Identification,
  deadline: Deadline,
): Promise<Result<HttpAnswer, HttpFailure> | undefined> {
  const connection = client.reusableConnection(new URL(request.url).origin)
  const agents = connection.acquire(id)
  if (agents === undefined) return undefined
  await readPendingData()
  const { result, isReused, isDead } = await exchange(client, agents, request, deadline)
  const hasId = result.ok && isIn(result.value)
  // A timeout, too: a gateway on the way may have dropped the idle connection without a word.
  const isDiscarded = isReused && !hasId
  connection.release({ hasId, isDiscarded: isDiscarded && !isDead })
  return isDiscarded ? undefined : result
}

interface Client {
  readonly axios: AxiosStatic
  /** By the protocol of the URL. */
  readonly transports: Readonly<Record<string, ReturnType<typeof createTransport>>>
  /** By the URL of the request. */
  readonly sharedConnections: (url: string) => Agents
  readonly ownConnections: Agents
  /** By the origin of the URL. */
  readonly reusableConnection: (origin: string) => ReusableConnection
}

async function loadClient(): Promise<Client> {
  const [{ default: axios }, http, https] = await Promise.all([
    import('axios'),
    import('node:http'),
    import('node:https'),
  ])
  const keptOpen = () => createAgents(http, https, 'shared')
  return {
    axios,
    transports: {
      'http:': createTransport(http.request),
      'https:': createTransport(https.request),
    },
    sharedConnections: oneEach(keptOpen),
    ownConnections: createAgents(http, https, 'own'),
    reusableConnection: oneEach(() => new ReusableConnection(keptOpen())),
  }
}

/** Creates one value for each key. Keys are addresses from the configuration or a discovery document. */
function oneEach<T>(create: () => T): (key: string) => T {
  const created = new Map<string, T>()
  return (key) => {
    const value = created.get(key) ?? create()
    created.set(key, value)
    return value
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

interface Outcome {
  readonly result: Result<HttpAnswer, HttpFailure>
  /** Whether the connection had served another request before. */
  readonly isReused: boolean
  /** Whether the server had closed a reused connection before the request reached it. */
  readonly isDead: boolean
}

async function exchange(
  { axios, transports }: Client,
  connections: Agents,
  request: HttpRequest,
  deadline: Deadline,
): Promise<Outcome> {
  const span = Math.min(deadline.remaining(), MAX_EXCHANGE_MILLISECONDS)
  if (span <= 0) return { result: failure('timed_out'), isReused: false, isDead: false }
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
    return { result: success(toAnswer(response)), isReused: isReused(response), isDead: false }
  } catch (error) {
    const wasReused = isReused(error as AxiosError)
    if (abort.signal.aborted) {
      return { result: failure('timed_out'), isReused: wasReused, isDead: false }
    }
    const isDead = wasReused && RESET_CODES.includes(codeOf(error))
    return { result: failure(kindOf(error)), isReused: wasReused, isDead }
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

const RESET_CODES = ['ECONNRESET', 'EPIPE']

/** By the request of an answer or an error of axios. */
function isReused({ request }: AxiosResponse | AxiosError): boolean {
  return (request as ClientRequest | undefined)?.reusedSocket === true
}
