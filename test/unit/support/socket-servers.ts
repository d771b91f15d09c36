/** Servers that write to their sockets directly, and count connections and requests. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createHttp, type HttpAnswer, type HttpFailure } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME } from './time.ts'

interface SocketRequest {
  readonly text: string
  /** The number of the connection, from 1. */
  readonly connection: number
  /** The number of the request on its connection, from 1. */
  readonly number: number
  /** The number of the request on all connections, from 1. */
  readonly total: number
}

const servers: Server[] = []
const sockets: Socket[] = []

/** Listens on a free port; `closeServers` closes it. */
export async function open(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.push(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

export function closeSockets(): void {
  for (const socket of sockets.splice(0)) socket.destroy()
}

export function closeServers(): void {
  closeSockets()
  for (const server of servers.splice(0)) server.close()
}

/** Calls `answer` for each chunk that arrives: tests send requests that fit into one. */
export async function serveSockets(answer: (socket: Socket, request: SocketRequest) => void) {
  const counts = { requests: 0, connections: 0 }
  const received: string[] = []
  const server = createServer((socket) => {
    const connection = (counts.connections += 1)
    let number = 0
    // Late data must be sent at once, and not together with the next answer.
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      const total = (counts.requests += 1)
      number += 1
      received.push(`connection ${connection}, request ${number}`)
      answer(socket, { text: data.toString(), connection, number, total })
    })
  })
  return { url: `http://127.0.0.1:${await open(server)}/`, counts, received }
}

export function get(url: string, { http = createHttp(), deadline = PLENTY_OF_TIME } = {}) {
  return http({ method: 'GET', url, headers: {} }, deadline)
}

/** The body of the answer, or the failure. */
export function bodyOf(exchange: Result<HttpAnswer, HttpFailure>): string {
  return exchange.ok ? Buffer.from(exchange.value.body).toString() : exchange.error
}
