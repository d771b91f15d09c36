/** A proxy between the function and a dependency that can damage responses, even single bytes. */
import { once } from 'node:events'
import { createServer as createHttpServer, request, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { readBody } from '../../stack/listen.ts'

/** The response of the dependency. */
export interface ValidResponse {
  readonly contentType: string
  readonly body: Buffer
}

/** What the proxy does with a connection instead of responding, or as soon as it is connected. */
export type Fault =
  | { readonly on: 'response'; readonly act: (socket: Socket, valid: ValidResponse) => void }
  | { readonly on: 'connect'; readonly act: (socket: Socket) => void }

/** `dependencyUrl` is called for each request. */
export async function startFaultProxy(dependencyUrl: () => string) {
  let fault: Fault | undefined
  const sockets = new Set<Socket>()

  const http = createHttpServer((incoming, outgoing) => {
    void forward(dependencyUrl(), incoming).then(({ status, ...valid }) => {
      if (fault?.on === 'response') fault.act(incoming.socket, valid)
      else outgoing.writeHead(status, { 'content-type': valid.contentType }).end(valid.body)
    })
  })
  const accept = (socket: Socket): void => {
    socket.on('error', () => undefined)
    if (fault?.on === 'connect') fault.act(socket)
    else http.emit('connection', socket)
  }
  const track = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }
  const plain = createServer(accept).prependListener('connection', track)
  const port = await open(plain, 0)
  const tlsServers: Server[] = []

  const closeConnections = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  /** The servers close once the connections are closed. */
  const closeServers = async (servers: readonly Server[]): Promise<void> => {
    const closed = servers.map((server) => once(server.close(), 'close'))
    closeConnections()
    await Promise.all(closed)
  }
  return {
    /** `http://127.0.0.1:PORT`. */
    url: `http://127.0.0.1:${port}`,
    /** Closes open connections. The fault is for all following requests; undefined ends it. */
    inject: (next: Fault | undefined): void => {
      closeConnections()
      fault = next
    },
    /** Refuses connections until `resume`. */
    pause: () => closeServers([plain]),
    resume: () => open(plain, port),
    /** Returns the URL of the same proxy with TLS. */
    startTls: async (options: TlsOptions): Promise<string> => {
      const server = createTlsServer(options, accept)
      server.on('connection', track)
      server.on('tlsClientError', () => undefined)
      tlsServers.push(server)
      return `https://127.0.0.1:${await open(server, 0)}`
    },
    close: () => closeServers([plain, ...tlsServers]),
  }
}

async function forward(url: string, incoming: IncomingMessage) {
  const body = await readBody(incoming)
  const { method, headers } = incoming
  const outgoing = request(new URL(incoming.url ?? '/', url), { method, headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    body: await readBody(response),
  }
}

async function open(server: Server, port: number): Promise<number> {
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}
