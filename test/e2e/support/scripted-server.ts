/**
 * Dependencies that a test can make fail: HTTP servers that record what came and answer by script.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { listen, readBody, type LocalServer } from '../../../stack/listen.ts'

export interface Reply {
  /** Default 200. */
  readonly status?: number
  /** Added to `Content-Type: application/json`; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Texts and bytes go out as they are, everything else as JSON. */
  readonly body?: unknown
  readonly delivery?: Delivery
}

/**
 * How an answer travels: `whole`; `never`; `stalled` after its first half; `dripping`, which is the
 * first half and then a blank now and then, for ever; `cut` after its first half; `dropped`, the
 * connection closed without an answer; `dropped_if_kept`, the same on a connection that has served
 * a request before.
 */
export type Delivery =
  'whole' | 'never' | 'stalled' | 'dripping' | 'cut' | 'dropped' | 'dropped_if_kept'

export interface RecordedRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  /** The client's, which distinguishes connections. */
  readonly port: number | undefined
  readonly body: string
  /** The body, read as `application/x-www-form-urlencoded`. */
  readonly form: Readonly<Record<string, string>>
}

export interface ScriptedServer extends LocalServer {
  readonly requests: readonly RecordedRequest[]
  /** What the dependency answers from now on; a function is asked anew for each request. */
  replyWith(reply: Reply | ((request: RecordedRequest) => Reply | Promise<Reply>)): void
  /** Has no memory of requests. */
  forget(): void
  /** The same, and back to the default answer. */
  reset(): void
}

const DRIP_MILLISECONDS = 20

export async function startScriptedServer(
  byDefault: (request: RecordedRequest) => Reply | Promise<Reply>,
): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = []
  const usedConnections = new WeakSet<Socket>()
  let reply = byDefault
  const forget = (): void => {
    requests.length = 0
  }

  const server = await listen(async (incoming, outgoing) => {
    const isKept = usedConnections.has(incoming.socket)
    usedConnections.add(incoming.socket)
    const request = await record(incoming)
    requests.push(request)
    deliver(await reply(request), outgoing, isKept)
  })
  return {
    ...server,
    requests,
    replyWith: (next) => {
      reply = typeof next === 'function' ? next : () => next
    },
    forget,
    reset: () => {
      forget()
      reply = byDefault
    },
  }
}

async function record(incoming: IncomingMessage): Promise<RecordedRequest> {
  const body = (await readBody(incoming)).toString()
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers: incoming.headers,
    port: incoming.socket.remotePort,
    body,
    form: Object.fromEntries(new URLSearchParams(body)),
  }
}

function deliver(reply: Reply, outgoing: ServerResponse, isKept: boolean): void {
  const { status = 200, delivery = 'whole' } = reply
  const isDropped = delivery === 'dropped' || (delivery === 'dropped_if_kept' && isKept)
  if (delivery === 'never') return
  if (isDropped) {
    outgoing.destroy()
    return
  }
  const body = toBytes(reply.body ?? '')
  const headers: Reply['headers'] = { 'content-type': 'application/json', ...reply.headers }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) outgoing.setHeader(name, value)
  }
  if (delivery === 'whole' || delivery === 'dropped_if_kept') {
    outgoing.writeHead(status).end(body)
    return
  }
  // Except when dripping, the length is declared, so that every HTTP client notices the cut.
  if (delivery !== 'dripping') outgoing.setHeader('content-length', body.length)
  outgoing.writeHead(status)
  outgoing.write(body.subarray(0, Math.ceil(body.length / 2)), () => {
    if (delivery === 'cut') outgoing.destroy()
  })
  if (delivery === 'dripping') {
    const drip = setInterval(() => outgoing.write(' '), DRIP_MILLISECONDS)
    outgoing.once('close', () => {
      clearInterval(drip)
    })
  }
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
