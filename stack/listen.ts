/** The loopback HTTP servers of the local stack: faults on demand, and a record of each exchange. */
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Its promise settles when the request was handled. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** 0 is a free port. A preferred port falls back to a free one when it is in use. */
export type Port = number | { readonly preferred: number }

/** What a server can do instead of its normal answer. */
export const SERVER_FAULTS = ['refuse', 'unavailable', 'slow', 'silent'] as const
export type ServerFault = (typeof SERVER_FAULTS)[number]

const SLOW_MILLISECONDS = 3000

/** Marks requests of the stack and its console, which are not steps of a call. */
export const OWN_REQUEST_HEADER = 'x-local-stack'

/** One request and its answer. The answer's members are set as it leaves. */
export interface Exchange {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly requestHeaders: IncomingHttpHeaders
  requestBody: string
  /** Undefined until the answer begins, and if the connection ends without one. */
  status: number | undefined
  responseHeaders: OutgoingHttpHeaders
  responseBody: string
  /** Milliseconds since 1970, with a fraction. */
  readonly startedAt: number
  endedAt: number | undefined
}

export interface LocalServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. Pause and resume do not change it. */
  readonly url: string
  readonly port: number
  /** Refuses connections until `resume`. Open connections are closed. */
  pause(): Promise<void>
  /** Listens again on the same port. */
  resume(): Promise<void>
  /** `undefined` ends the fault. */
  setFault(fault: ServerFault | undefined): Promise<void>
  /** Calls the listener at the start of each exchange, and again at its end. */
  onExchange(listener: (exchange: Exchange) => void): void
  /** Waits until all connections are closed and every request has been handled. */
  drained(): Promise<void>
  close(): Promise<void>
}

/** Starts a server on loopback. */
export async function listen(handler: Handler, port: Port = 0): Promise<LocalServer> {
  const pending = new Set<unknown>()
  const listeners: ((exchange: Exchange) => void)[] = []
  let fault: ServerFault | undefined
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    pending.add(request)
    if (listeners.length > 0) {
      observe(request, response, (exchange) => {
        for (const listener of listeners) listener(exchange)
      })
    }
    try {
      if (fault === 'silent') return
      if (fault === 'slow') await sleep(SLOW_MILLISECONDS)
      if (fault === 'unavailable') response.writeHead(503).end()
      else await handler(request, response)
    } catch (error) {
      // The client closed its connection within the request.
      if (request.errored === null) throw error
    } finally {
      pending.delete(request)
    }
  }
  let server = await openPreferred(handle, port)
  const address = server.address() as AddressInfo
  const resume = async (): Promise<void> => {
    if (!server.listening) server = await open(handle, address.port)
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    pause: () => shut(server),
    resume,
    setFault: async (next) => {
      fault = next
      await (next === 'refuse' ? shut(server) : resume())
    },
    onExchange: (listener) => {
      listeners.push(listener)
    },
    drained: async () => {
      if (!server.listening) return
      // Connections are accepted in order: after this one, all earlier ones were accepted.
      const last = connect(address.port, '127.0.0.1').end()
      await once(last.resume(), 'close')
      const connections = promisify(server.getConnections.bind(server))
      while (pending.size > 0 || (await connections()) > 0) await sleep(1)
    },
    close: () => shut(server),
  }
}

/** Records an exchange without consuming its bodies. */
function observe(
  request: IncomingMessage,
  response: ServerResponse,
  notify: (exchange: Exchange) => void,
): void {
  const exchange: Exchange = {
    method: request.method ?? '',
    target: request.url ?? '',
    requestHeaders: request.headers,
    requestBody: '',
    status: undefined,
    responseHeaders: {},
    responseBody: '',
    startedAt: now(),
    endedAt: undefined,
  }
  const asText = (chunk: unknown): string =>
    typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : ''
  const emit = request.emit.bind(request)
  request.emit = (event: string | symbol, ...values: unknown[]) => {
    if (event === 'data') exchange.requestBody += asText(values[0])
    return emit(event, ...values)
  }
  const writeHead = response.writeHead.bind(response) as (...values: unknown[]) => ServerResponse
  response.writeHead = (...values: unknown[]) => {
    Object.assign(exchange.responseHeaders, response.getHeaders(), headersOf(values.at(-1)))
    return writeHead(...values)
  }
  const write = response.write.bind(response) as (...values: unknown[]) => boolean
  const end = response.end.bind(response) as (...values: unknown[]) => ServerResponse
  response.write = (...values: unknown[]) => {
    exchange.responseBody += asText(values[0])
    return write(...values)
  }
  response.end = (...values: unknown[]) => {
    exchange.responseBody += asText(values[0])
    exchange.status = response.statusCode
    Object.assign(exchange.responseHeaders, response.getHeaders())
    exchange.endedAt = now()
    notify(exchange)
    return end(...values)
  }
  response.once('close', () => {
    if (exchange.endedAt !== undefined) return
    exchange.endedAt = now()
    notify(exchange)
  })
  notify(exchange)
}

/** `writeHead` accepts an object, or a list in which names and values alternate. */
function headersOf(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) return {}
  const entries = Array.isArray(given)
    ? (given as unknown[]).flatMap((name, at, all) =>
        at % 2 === 0 ? [[name, all[at + 1]] as const] : [],
      )
    : Object.entries(given)
  return Object.fromEntries(
    entries.map(([name, value]) => [String(name).toLowerCase(), String(value)]),
  )
}

export function now(): number {
  return performance.timeOrigin + performance.now()
}

async function openPreferred(handler: Handler, port: Port): Promise<Server> {
  if (typeof port === 'number') return open(handler, port)
  try {
    return await open(handler, port.preferred)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    return open(handler, 0)
  }
}

async function open(handler: Handler, port: number): Promise<Server> {
  const server = createServer(handler).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** The whole body of a request. Rejects beyond `limitBytes`. */
export async function readBody(
  request: AsyncIterable<Buffer>,
  limitBytes = 20 * 1024 * 1024,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > limitBytes) throw new Error(`request body over ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
