/**
 * A proxy between the function and a dependency that damages answers, down to single bytes.
 */
import { createServer as createHttpServer, request as ask, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { readBody } from '../../stack/listen.ts'

/** What the dependency answered. */
export interface GoodAnswer {
  readonly contentType: string
  readonly body: Buffer
}

/**
 * What the proxy does with a connection of the function: nothing to it until a request has come and
 * the dependency's good answer is in hand, or the connection itself.
 */
export type Spoil =
  | { readonly when: 'answered'; readonly act: (socket: Socket, good: GoodAnswer) => void }
  | { readonly when: 'connected'; readonly act: (socket: Socket) => void }

export interface FaultProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** From the next request on. Undefined passes everything on. Open connections are cut. */
  spoilWith(spoil: Spoil | undefined): void
  /** Nobody listens until `resume`. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** The same behind TLS, at another port, until it is closed with the proxy. */
  startTls(options: TlsOptions): Promise<string>
  close(): Promise<void>
}

/** Whole answers pass as they are, of a dependency at this address. */
export async function startFaultProxy(dependency: () => string): Promise<FaultProxy> {
  let spoil: Spoil | undefined
  const sockets = new Set<Socket>()

  const http = createHttpServer((incoming, outgoing) => {
    void askDependency(dependency(), incoming).then((answer) => {
      const { status, ...good } = answer
      if (spoil?.when === 'answered') spoil.act(incoming.socket, good)
      else outgoing.writeHead(status, { 'content-type': good.contentType }).end(good.body)
    })
  })
  const accept = (socket: Socket): void => {
    socket.on('error', () => undefined)
    if (spoil?.when === 'connected') spoil.act(socket)
    else http.emit('connection', socket)
  }
  const watch = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }
  const plain = createServer((socket) => {
    watch(socket)
    accept(socket)
  })
  const port = await open(plain, 0)
  const tlsServers: Server[] = []

  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    spoilWith: (next) => {
      cut()
      spoil = next
    },
    pause: async () => {
      const closed = shut(plain)
      cut()
      await closed
    },
    resume: async () => {
      await open(plain, port)
    },
    startTls: async (options) => {
      const server = createTlsServer(options, accept)
      server.on('connection', watch)
      server.on('tlsClientError', () => undefined)
      tlsServers.push(server)
      return `https://127.0.0.1:${await open(server, 0)}`
    },
    close: async () => {
      const closed = [plain, ...tlsServers].map(shut)
      cut()
      await Promise.all(closed)
    },
  }
}

async function askDependency(
  url: string,
  incoming: IncomingMessage,
): Promise<GoodAnswer & { readonly status: number }> {
  const body = await readBody(incoming)
  const { method, headers } = incoming
  const outgoing = ask(new URL(incoming.url ?? '/', url), { method, headers, agent: false })
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject)
    outgoing.end(body)
  })
  return {
    status: answer.statusCode ?? 0,
    contentType: answer.headers['content-type'] ?? '',
    body: await readBody(answer),
  }
}

function open(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}
