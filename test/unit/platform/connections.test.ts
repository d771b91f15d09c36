import { once } from 'node:events'
import * as nodeHttp from 'node:http'
import * as nodeHttps from 'node:https'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createAgents } from '../../../src/platform/connections.ts'
import { createHttp, type HttpAnswer, type HttpRequest } from '../../../src/platform/http.ts'
import { ReusableConnection } from '../../../src/platform/reusable-connection.ts'
import { bodyOf, closeServers, closeSockets, serveSockets } from '../support/socket-servers.ts'
import { deadlineWith, PLENTY_OF_TIME } from '../support/time.ts'

afterEach(closeServers)

function answer(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** Answers the n-th request with `n`; `afterFirst` runs after the first answer. */
function serve(afterFirst: (socket: Socket) => void = () => undefined) {
  return serveSockets((socket, { total }) => {
    socket.write(answer(String(total)))
    if (total === 1) afterFirst(socket)
  })
}

function asking(url: string, connection: HttpRequest['connection'] = 'shared') {
  const http = createHttp()
  const request = { method: 'GET', url, headers: {}, connection } as const
  return async (deadline = PLENTY_OF_TIME) => bodyOf(await http(request, deadline))
}

/** Keeps the process from reading anything, as a freeze does. */
function freeze(milliseconds: number): void {
  const end = Date.now() + milliseconds
  while (Date.now() < end);
}

const SURPLUS = answer('not yours')

describe('a kept connection', () => {
  it('serves the next exchange', async () => {
    const { url, counts } = await serve()
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
    const { url, counts } = await serveSockets((socket, { total }) => {
      if (total === 1) socket.write(answer('1'))
    })
    const ask = asking(url)

    expect([await ask(), await ask(deadlineWith(50))]).toStrictEqual(['1', 'timed_out'])
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
    const { url } = await serve()
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
  const serveDoubled = () => {
    const doubled: string[] = []
    return serveSockets((socket, { connection, total }) => {
      const own = answer(String(total))
      socket.write((doubled[connection] ?? '') + own)
      doubled[connection] = own
    })
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
    const { url } = await serveSockets((socket, { text }) => {
      closed.push(once(socket, 'close'))
      requests.push(text)
      socket.write(answer('1'))
    })
    await asking(url, 'own')()

    await Promise.all(closed)
    expect(requests[0]).toMatch(/^connection: close\r$/im)
  })
})

describe('a connection that is reused while each answer identifies its request', () => {
  /** Answers with the request's path, or as `answerTo` says. */
  const echo = async (answerTo = (path: string) => path) => {
    const { url, counts } = await serveSockets((socket, { text }) => {
      socket.write(answer(answerTo(/ \/(\S*)/.exec(text)?.[1] ?? '')))
    })
    const http = createHttp()
    const ask = async (id: string) => {
      const connection = { id, isIn: ({ body }: HttpAnswer) => Buffer.from(body).toString() === id }
      const request = { method: 'GET', url: `${url}${id}`, headers: {}, connection } as const
      return bodyOf(await http(request, PLENTY_OF_TIME))
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
    closeSockets()

    expect([await ask('b'), await ask('c')]).toStrictEqual(['b', 'c'])
    expect(counts.requests).toBe(3)
  })
})
