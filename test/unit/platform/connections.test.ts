import * as nodeHttp from 'node:http'
import * as nodeHttps from 'node:https'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createAgents } from '../../../src/platform/connections.ts'
import { createHttp, type HttpAnswer, type HttpRequest } from '../../../src/platform/http.ts'
import { ReusableConnection } from '../../../src/platform/reusable-connection.ts'
import { failure } from '../../../src/platform/result.ts'
import { deadlineWith, PLENTY_OF_TIME } from '../support/time.ts'

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

function answer(body: string, status = '200 OK'): string {
  return [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/plain',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** Answers the n-th request with `n`; `afterFirst` runs after the first answer. */
async function serve(afterFirst: (socket: Socket) => void) {
  const counts = { requests: 0, connections: 0 }
  const server = createServer((socket) => {
    counts.connections += 1
    sockets.push(socket)
    // Late data must leave at once, and not together with the next answer.
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', () => {
      counts.requests += 1
      socket.write(answer(String(counts.requests)))
      if (counts.requests === 1) afterFirst(socket)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, counts }
}

function asking(url: string, connection?: HttpRequest['connection']) {
  const http = createHttp()
  return async () => {
    const request = { method: 'GET', url, headers: {}, ...(connection && { connection }) } as const
    const exchange = await http(request, PLENTY_OF_TIME)
    return exchange.ok ? Buffer.from(exchange.value.body).toString() : exchange.error
  }
}

/** Keeps the process from reading anything, as a freeze does. */
function freeze(milliseconds: number): void {
  const end = Date.now() + milliseconds
  while (Date.now() < end);
}

const SURPLUS = answer('not yours')

describe('a kept connection', () => {
  it('serves the next exchange', async () => {
    const { url, counts } = await serve(() => undefined)
    const ask = asking(url)

    expect([await ask(), await ask(), await ask()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(1)
  })

  it.each<readonly [string, (socket: Socket) => void]>([
    ['at once', (socket) => socket.write(SURPLUS)],
    ['a little later', (socket) => setTimeout(() => socket.write(SURPLUS), 20)],
    ['in part', (socket) => setTimeout(() => socket.write(SURPLUS.slice(0, 20)), 20)],
    [
      'with its end',
      (socket) => setTimeout(() => socket.end(answer('{}', '408 Request Timeout')), 20),
    ],
  ])('is closed when an answer arrives without a request: %s', async (_case, surplus) => {
    const { url, counts } = await serve(surplus)
    const ask = asking(url)

    const first = await ask()
    await delay(100)
    expect([first, await ask(), await ask()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(2)
  })

  it('is closed for what arrived while the process was frozen', async () => {
    const { url, counts } = await serve((socket) => setTimeout(() => socket.write(SURPLUS), 20))
    const ask = asking(url)

    const first = await ask()
    await delay(5)
    // The server is in this process, so it sends when the freeze is over, before the next request.
    freeze(60)
    expect([first, await ask(), await ask()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(2)
  })
})

describe('a request that times out on a kept connection', () => {
  it('is not sent again', async () => {
    const { url, counts } = await serve((socket) => {
      socket.removeAllListeners('data')
      socket.on('data', () => (counts.requests += 1))
    })
    const http = createHttp()
    const request = { method: 'GET', url, headers: {} } as const
    const first = await http(request, PLENTY_OF_TIME)
    const second = await http(request, deadlineWith(50))

    expect([first.ok, second]).toStrictEqual([true, failure('timed_out')])
    expect(counts).toStrictEqual({ requests: 2, connections: 1 })
  })
})

describe('the options that Node keeps with a connection', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it.each(['shared', 'own'] as const)('hold no header and no body: %s', async (connection) => {
    const agents = nodeHttp.Agent.prototype as unknown as {
      addRequest: (request: unknown, options: object) => void
    }
    const addRequest = jest.spyOn(agents, 'addRequest')
    const { url } = await serve(() => undefined)
    const headers = { Authorization: 'Basic secret' }
    const request = { method: 'POST', url, headers, body: 'secret', connection } as const

    expect((await createHttp()(request, PLENTY_OF_TIME)).ok).toBe(true)
    const names = addRequest.mock.calls.flatMap(([, options]) => Object.keys(options))
    expect(names).toContain('hostname')
    expect(['agent', 'host', 'hostname', 'method', 'path', 'port', 'protocol']).toStrictEqual(
      expect.arrayContaining(names),
    )
  })
})

describe('a separate connection', () => {
  /** Doubles each answer, the second one when the next request has arrived: Nagle's algorithm. */
  const serveDoubled = async () => {
    const counts = { requests: 0, connections: 0 }
    const server = createServer((socket) => {
      counts.connections += 1
      sockets.push(socket)
      socket.on('error', () => undefined)
      let doubled = ''
      socket.on('data', () => {
        counts.requests += 1
        const own = answer(String(counts.requests))
        socket.write(doubled + own)
        doubled = own
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, counts }
  }

  it('never has the answer to another request, which a shared one may have', async () => {
    const shared = asking((await serveDoubled()).url)
    expect([await shared(), await shared()]).toStrictEqual(['1', '1'])

    const { url, counts } = await serveDoubled()
    const own = asking(url, 'own')
    expect([await own(), await own(), await own()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(3)
  })

  it('is closed after the exchange, with `Connection: close`', async () => {
    const requests: string[] = []
    const closed: Promise<unknown>[] = []
    const server = createServer((socket) => {
      closed.push(new Promise((resolve) => socket.once('close', resolve)))
      socket.on('data', (data) => {
        requests.push(data.toString())
        socket.write(answer('1'))
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await asking(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, 'own')()

    await Promise.all(closed)
    expect(requests[0]).toMatch(/^connection: close\r$/im)
  })
})

describe('a connection that is reused while each answer identifies its request', () => {
  /** Answers with the request's path, or as `answerTo` says. */
  const echo = async (answerTo = (path: string) => path) => {
    const counts = { requests: 0, connections: 0 }
    const server = createServer((socket) => {
      counts.connections += 1
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        counts.requests += 1
        socket.write(answer(answerTo(/ \/(\S*)/.exec(data.toString())?.[1] ?? '')))
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const http = createHttp()
    const ask = async (id: string) => {
      const isIn = ({ body }: HttpAnswer) => Buffer.from(body).toString() === id
      const connection = { id, isIn }
      const request = { method: 'GET', url: `${url}${id}`, headers: {}, connection } as const
      const result = await http(request, PLENTY_OF_TIME)
      return result.ok ? Buffer.from(result.value.body).toString() : result.error
    }
    return { ask, counts }
  }

  it('never sends an id twice', async () => {
    const { ask, counts } = await echo()
    for (const id of ['a', 'b', 'c', 'b', 'd']) expect(await ask(id)).toBe(id)

    expect(counts).toStrictEqual({ requests: 5, connections: 2 })
  })

  it('serves at most 100 requests', async () => {
    const { ask, counts } = await echo()
    for (let id = 0; id < 101; id += 1) await ask(String(id))

    expect(counts).toStrictEqual({ requests: 101, connections: 2 })
  })

  it('is closed after an answer without the id, which counts only on a new connection', async () => {
    const { ask, counts } = await echo((path) => (path === 'x' ? 'unknown' : path))

    expect([await ask('x'), await ask('a'), await ask('b')]).toStrictEqual(['unknown', 'a', 'b'])
    expect(counts).toStrictEqual({ requests: 3, connections: 2 })
  })

  it('is not tried again for 20 requests after an answer was discarded', async () => {
    const { ask, counts } = await echo((path) => (path === 'x' ? 'unknown' : path))
    await ask('a')
    expect(await ask('x')).toBe('unknown')
    expect(counts).toStrictEqual({ requests: 3, connections: 2 })

    for (let id = 0; id < 20; id += 1) await ask(String(id))
    expect(counts.connections).toBe(22)
    await ask('b')
    await ask('c')
    expect(counts).toStrictEqual({ requests: 25, connections: 23 })
  })

  it('is not shared by requests at the same time', async () => {
    const { ask, counts } = await echo()
    await ask('a')

    expect(await Promise.all([ask('b'), ask('c')])).toStrictEqual(['b', 'c'])
    expect(counts).toStrictEqual({ requests: 3, connections: 2 })
  })

  it('is handed out to one request at a time', () => {
    const agents = createAgents(nodeHttp, nodeHttps, 'shared')
    const connection = new ReusableConnection(agents)

    expect([connection.acquire('a'), connection.acquire('b')]).toStrictEqual([agents, undefined])
    connection.release({ hasId: true, isDiscarded: false })
    expect(connection.acquire('b')).toBe(agents)
  })

  it('is replaced if the server has closed it', async () => {
    const { ask, counts } = await echo()
    await ask('a')
    for (const socket of sockets) socket.destroy()

    expect([await ask('b'), await ask('c')]).toStrictEqual(['b', 'c'])
    expect(counts.requests).toBe(3)
  })
})
