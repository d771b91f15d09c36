/**
 * Owns the loopback HTTP servers of the local stack.
 * I/O: opens sockets on 127.0.0.1, nowhere else.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What it promises is the end of its work with the request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export interface LocalServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. It stays the same over pause and resume. */
  readonly url: string
  readonly port: number
  /** Refuses connections until `resume`, as a dead neighbour does. Open connections are cut. */
  pause(): Promise<void>
  /** Listens again on the same port. */
  resume(): Promise<void>
  /**
   * Waits until everybody has hung up and all that they sent has been handled. After the end of a
   * client's process nothing of it comes any more.
   */
  drained(): Promise<void>
  close(): Promise<void>
}

/** Starts a server on loopback. `port` 0 takes a free one. */
export async function listen(handler: Handler, port = 0): Promise<LocalServer> {
  const underWay = new Set<unknown>()
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    underWay.add(request)
    try {
      await handler(request, response)
    } catch (error) {
      // Who hangs up within a request, as a process does that is ended, waits for no answer.
      if (request.errored === null) throw error
    } finally {
      underWay.delete(request)
    }
  }
  let server = await open(handle, port)
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    pause: () => shut(server),
    resume: async () => {
      server = await open(handle, address.port)
    },
    drained: async () => {
      if (!server.listening) return
      // Connections are accepted in their order: after this one no earlier one is outstanding.
      const last = connect(address.port, '127.0.0.1').end()
      await once(last.resume(), 'close')
      while (underWay.size > 0 || (await connectionCount(server)) > 0) await sleep(1)
    },
    close: () => shut(server),
  }
}

function connectionCount(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
}

function open(handler: Handler, port: number): Promise<Server> {
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
