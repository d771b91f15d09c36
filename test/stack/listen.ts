/**
 * Owns the loopback HTTP servers of the local stack.
 * I/O: opens sockets on 127.0.0.1, nowhere else.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LocalServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. It stays the same over pause and resume. */
  readonly url: string
  readonly port: number
  /** Refuses connections until `resume`, as a dead neighbour does. Open connections are cut. */
  pause(): Promise<void>
  /** Listens again on the same port. */
  resume(): Promise<void>
  close(): Promise<void>
}

/** Starts a server on loopback. `port` 0 takes a free one. */
export async function listen(handler: RequestListener, port = 0): Promise<LocalServer> {
  let server = await open(handler, port)
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    pause: () => shut(server),
    resume: async () => {
      server = await open(handler, address.port)
    },
    close: () => shut(server),
  }
}

function open(handler: RequestListener, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler)
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve()
      return
    }
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

/** The whole body of a request. Stops at `limitBytes` and rejects, so that a test cannot hang on it. */
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
