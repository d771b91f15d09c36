import type * as NodeHttp from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type * as NodeHttps from 'node:https'

type Connection = Parameters<NodeHttp.Agent['reuseSocket']>[0]

/** One per protocol, by the names of axios's options. */
export interface Agents {
  readonly httpAgent: NodeHttp.Agent
  readonly httpsAgent: NodeHttps.Agent
}

/** Idle connections are closed before servers and NAT gateways usually drop them. */
const IDLE_CONNECTION_MILLISECONDS = 30_000

/**
 * Certificates are checked whatever the environment says. `own` closes each connection after its
 * exchange, `shared` keeps it open for the next one.
 */
export function createAgents(
  http: typeof NodeHttp,
  https: typeof NodeHttps,
  connections: 'own' | 'shared',
): Agents {
  const options =
    connections === 'shared'
      ? { keepAlive: true, timeout: IDLE_CONNECTION_MILLISECONDS }
      : { keepAlive: false }
  const tls = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const
  return {
    httpAgent: closingOnUnsolicitedData(new http.Agent(options)),
    httpsAgent: closingOnUnsolicitedData(new https.Agent({ ...options, ...tls })),
  }
}

/**
 * Closes an idle connection when data arrives on it: it would be taken for the answer to the next
 * request. Data that arrives after the next request was sent cannot be told from its answer: see
 * `HttpRequest.connection`.
 */
function closingOnUnsolicitedData<A extends NodeHttp.Agent>(agent: A): A {
  // It returns whether the connection is kept, which the types do not say.
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Connection) => boolean
  const reuse = agent.reuseSocket.bind(agent)
  const close = function (this: Connection): void {
    this.destroy()
  }
  agent.keepSocketAlive = (socket) => {
    socket.on('data', close)
    return keep(socket)
  }
  agent.reuseSocket = (socket: Connection, request: ClientRequest) => {
    socket.off('data', close)
    reuse(socket, request)
  }
  return agent
}

/**
 * Reads what has arrived on idle connections, be it their end or unsolicited data: after a freeze or
 * a long computation the process has not seen it yet. That takes one turn of the event loop, and a
 * second one where the data has to be decrypted.
 */
export async function readPendingData(): Promise<void> {
  await nextTurn()
  await nextTurn()
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const CONNECTION_OPTIONS = ['agent', 'protocol', 'hostname', 'port', 'path', 'method'] as const

/**
 * A transport for axios. Node keeps the options of a connection's first request for the life of the
 * connection, so they hold no secret here: headers are set on the request, and axios's callbacks,
 * which hold the body, are left out.
 */
export function createTransport(send: typeof NodeHttp.request) {
  return {
    request: (options: NodeHttp.RequestOptions, handle: (answer: IncomingMessage) => void) => {
      const kept = Object.create(null) as NodeHttp.RequestOptions
      for (const name of CONNECTION_OPTIONS) Object.assign(kept, { [name]: options[name] })
      const request = send(kept, handle)
      for (const [name, value] of Object.entries(options.headers ?? {})) {
        request.setHeader(name, value as string)
      }
      return request
    },
  }
}
