/** Fake dependencies: HTTP servers that record requests and send the replies of a test. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { listen, readBody } from '../../../stack/listen.ts'

export interface Reply {
  /** Default 200. */
  readonly status?: number
  /** Added to `Content-Type: application/json`. Undefined removes a header. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Sent as it is if it is a text or bytes, else as JSON. */
  readonly body?: unknown
  /** Default `whole`. */
  readonly delivery?: Delivery
}

export type Delivery =
  | 'whole'
  | 'never'
  /** Sends the first half only. */
  | 'stalled'
  /** Sends the first half, then blanks without end. */
  | 'dripping'
  /** Closes the connection after the first half. */
  | 'cut'
  /** Closes the connection without a response. */
  | 'dropped'
  /** The same if the connection has served a request before. */
  | 'dropped_if_kept'
  /** Repeats the previous response on the connection before this one. */
  | 'repeated'

export type RecordedRequest = Awaited<ReturnType<typeof record>>

type Script = (request: RecordedRequest) => Reply | Promise<Reply>

export type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>

const DRIP_MILLISECONDS = 20

export async function startScriptedServer(defaultReply: Script) {
  const requests: RecordedRequest[] = []
  const usedConnections = new WeakSet<Socket>()
  let reply = defaultReply
  const clearRequests = (): void => {
    requests.length = 0
  }

  const server = await listen(async (incoming, outgoing) => {
    const isKept = usedConnections.has(incoming.socket)
    usedConnections.add(incoming.socket)
    const request = await record(incoming)
    requests.push(request)
    deliver(await reply(request), incoming, outgoing, isKept)
  })
  return {
    ...server,
    requests,
    /** From now on the server sends this reply, or calls this function for each request. */
    replyWith: (next: Reply | Script): void => {
      reply = typeof next === 'function' ? next : () => next
    },
    clearRequests,
    /** Clears the requests and restores the default reply. */
    reset: (): void => {
      clearRequests()
      reply = defaultReply
    },
  }
}

async function record(incoming: IncomingMessage) {
  const body = (await readBody(incoming)).toString()
  return {
    method: incoming.method ?? '',
    /** Path and query. */
    target: incoming.url ?? '',
    headers: incoming.headers,
    /** The client's port, which identifies the connection. */
    port: incoming.socket.remotePort,
    body,
    /** The body, read as `application/x-www-form-urlencoded`. */
    form: Object.fromEntries(new URLSearchParams(body)) as Readonly<Record<string, string>>,
  }
}

function deliver(
  reply: Reply,
  { socket }: IncomingMessage,
  outgoing: ServerResponse,
  isKept: boolean,
): void {
  const { status = 200, delivery = 'whole' } = reply
  if (delivery === 'never') return
  if (delivery === 'dropped' || (delivery === 'dropped_if_kept' && isKept)) {
    outgoing.destroy()
    return
  }
  const body = toBytes(reply.body ?? '')
  if (delivery === 'repeated') {
    sendWithPrevious(socket, body)
    return
  }
  const headers: Reply['headers'] = { 'content-type': 'application/json', ...reply.headers }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) outgoing.setHeader(name, value)
  }
  if (delivery === 'whole' || delivery === 'dropped_if_kept') {
    outgoing.writeHead(status).end(body)
    return
  }
  // With a length, every HTTP client detects the missing half.
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

const previousResponses = new WeakMap<Socket, Buffer>()

function sendWithPrevious(socket: Socket, body: Buffer): void {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  const response = Buffer.concat([Buffer.from(head), body])
  socket.write(Buffer.concat([previousResponses.get(socket) ?? Buffer.alloc(0), response]))
  previousResponses.set(socket, response)
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
