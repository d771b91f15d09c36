/**
 * Owns the connections over which exchanges go: which are kept, and what is never kept of them.
 * I/O: makes the agents that open them.
 */
import type * as NodeHttp from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type * as NodeHttps from 'node:https'

type Connection = Parameters<NodeHttp.Agent['reuseSocket']>[0]

/** Who opens connections, by the protocol, as axios calls them. */
export interface Agents {
  readonly httpAgent: NodeHttp.Agent
  readonly httpsAgent: NodeHttps.Agent
}

/** Own connections are given up before servers and NAT gateways usually forget them. */
const IDLE_CONNECTION_MILLISECONDS = 30_000

/** Certificates are checked, whatever the environment says. */
export function agents(
  http: typeof NodeHttp,
  https: typeof NodeHttps,
  connections: 'kept' | 'fresh',
): Agents {
  const options =
    connections === 'kept'
      ? { keepAlive: true, timeout: IDLE_CONNECTION_MILLISECONDS }
      : { keepAlive: false }
  const tls = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const
  return {
    httpAgent: distrustful(new http.Agent(options)),
    httpsAgent: distrustful(new https.Agent({ ...options, ...tls })),
  }
}

/**
 * Gives up a kept connection on which something comes that nobody has asked for: it would be taken
 * for the answer to the next request, and so to another token.
 */
function distrustful<A extends NodeHttp.Agent>(agent: A): A {
  // The types know nothing of what it returns: whether the connection is kept.
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Connection) => boolean
  const reuse = agent.reuseSocket.bind(agent)
  const giveUp = function (this: Connection): void {
    this.destroy()
  }
  agent.keepSocketAlive = (socket) => {
    socket.on('data', giveUp)
    return keep(socket)
  }
  agent.reuseSocket = (socket: Connection, request: ClientRequest) => {
    socket.off('data', giveUp)
    reuse(socket, request)
  }
  return agent
}

/**
 * Lets the process read what lies at its kept connections, be it their end or an answer too many:
 * after a freeze, or a long computation, nobody has seen it yet. It takes a turn of the event loop,
 * and another one where what has arrived has to be decrypted.
 */
export async function whatHasArrived({ httpAgent, httpsAgent }: Agents): Promise<void> {
  if (![httpAgent, httpsAgent].some(hasKeptConnections)) return
  await nextTurn()
  await nextTurn()
}

function hasKeptConnections({ freeSockets }: NodeHttp.Agent): boolean {
  return Object.keys(freeSockets).length > 0
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A connection is opened with these. */
const OF_THE_CONNECTION = ['agent', 'protocol', 'hostname', 'port', 'path', 'method'] as const

/**
 * Node keeps the options of a connection's first request for as long as the connection lives. So
 * there is nothing secret in them: the headers are set when they have been read, and axios's
 * callbacks, which know the body, are left out.
 */
export function forgetting(send: typeof NodeHttp.request) {
  return {
    request: (options: NodeHttp.RequestOptions, handle: (answer: IncomingMessage) => void) => {
      const kept = Object.create(null) as NodeHttp.RequestOptions
      for (const name of OF_THE_CONNECTION) Object.assign(kept, { [name]: options[name] })
      const request = send(kept, handle)
      for (const [name, value] of Object.entries(options.headers ?? {})) {
        request.setHeader(name, value as string)
      }
      return request
    },
  }
}
