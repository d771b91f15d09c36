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

function createSend(url: string, connection: HttpRequest['connection'] = 'shared') {
  const http = createHttp()
  const request = { method: 'GET', url, headers: {}, connection } as const
  return async (deadline = PLENTY_OF_TIME) => bodyOf(await http(request, deadline))
}

/** Answers the n-th request with `n`, and calls `afterFirst` after the first answer. */
async function serve(afterFirst: (socket: Socket) => void = () => undefined) {
  const { url, counts } = await serveSockets((socket, { total }) => {
    socket.write(answer(String(total)))
    if (total === 1) afterFirst(socket)
  })
  return { url, counts, send: createSend(url) }
}

/** Blocks the process, so that it reads no data. */
function freeze(milliseconds: number): void {
  const end = Date.now() + milliseconds
  while (Date.now() < end);
}

const UNEXPECTED = answer('unexpected')

describe('a keep-alive connection', () => {
  it('is reused', async () => {
    const { send, counts } = await serve()

    expect([await send(), await send(), await send()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(1)
  })

  it.each<readonly [string, (socket: Socket) => void]>([
    ['immediately', (socket) => socket.write(UNEXPECTED)],
    ['after 20 ms', (socket) => setTimeout(() => socket.write(UNEXPECTED), 20)],
    ['partially', (socket) => setTimeout(() => socket.write(UNEXPECTED.slice(0, 20)), 20)],
    [
      'with the end of the connection',
      (socket) => setTimeout(() => socket.end(answer('{}', '408 Request Timeout')), 20),
    ],
  ])('is closed when an unexpected answer arrives: %s', async (_case, sendUnexpected) => {
    const { send, counts } = await serve(sendUnexpected)

    const first = await send()
    await delay(100)
    expect([first, await send(), await send()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(2)
  })

  it('is closed if an answer arrived while the process was frozen', async () => {
    const { send, counts } = await serve((socket) => setTimeout(() => socket.write(UNEXPECTED), 20))

    const first = await send()
    await delay(5)
    // The server is in this process: it sends after the freeze and before the next request.
    freeze(60)
    expect([first, await send(), await send()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(2)
  })
})

describe('a request that times out on a keep-alive connection', () => {
  it('is not sent again', async () => {
    const { url, counts } = await serveSockets((socket, { total }) => {
      if (total === 1) socket.write(answer('1'))
    })
    const send = createSend(url)

    expect([await send(), await send(deadlineWith(50))]).toStrictEqual(['1', 'timed_out'])
    expect(counts).toStrictEqual({ requests: 2, connections: 1 })
  })
})

describe('the options of a connection in Node', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it.each(['shared', 'own'] as const)('contain no header and no body: %s', async (connection) => {
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
  /** Sends each answer again before the next one on the same connection. */
  const serveTwice = () => {
    const previous: string[] = []
    return serveSockets((socket, { connection, total }) => {
      const own = answer(String(total))
      socket.write((previous[connection] ?? '') + own)
      previous[connection] = own
    })
  }

  it('does not receive the answer to a different request, unlike a shared one', async () => {
    const shared = createSend((await serveTwice()).url)
    expect([await shared(), await shared()]).toStrictEqual(['1', '1'])

    const { url, counts } = await serveTwice()
    const own = createSend(url, 'own')
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
    await createSend(url, 'own')()

    await Promise.all(closed)
    expect(requests[0]).toMatch(/^connection: close\r$/im)
  })
})

describe('a connection that is reused while each answer contains the ID of its request', () => {
  /** Answers with `answerTo` of the request's path. */
  const echo = async (answerTo = (path: string) => path) => {
    const { url, counts } = await serveSockets((socket, { text }) => {
      socket.write(answer(answerTo(/ \/(\S*)/.exec(text)?.[1] ?? '')))
    })
    const http = createHttp()
    const send = async (id: string) => {
      const connection = { id, isIn: ({ body }: HttpAnswer) => Buffer.from(body).toString() === id }
      const request = { method: 'GET', url: `${url}${id}`, headers: {}, connection } as const
      return bodyOf(await http(request, PLENTY_OF_TIME))
    }
    return { send, counts }
  }

  it('sends each ID once', async () => {
    const { send, counts } = await echo()
    for (const id of ['a', 'b', 'c', 'b', 'd']) expect(await send(id)).toBe(id)

    expect(counts).toStrictEqual({ requests: 5, connections: 2 })
  })

  it('is used for at most 100 requests', async () => {
    const { send, counts } = await echo()
    for (let id = 0; id < 101; id += 1) await send(String(id))

    expect(counts).toStrictEqual({ requests: 101, connections: 2 })
  })

  it('is closed after an answer without the ID, which is accepted only on a new connection', async () => {
    const { send, counts } = await echo((path) => (path === 'x' ? 'unknown' : path))

    expect([await send('x'), await send('a'), await send('b')]).toStrictEqual(['unknown', 'a', 'b'])
    expect(counts).toStrictEqual({ requests: 3, connections: 2 })
  })

  it('is not used for 20 requests after an answer was discarded', async () => {
    const { send, counts } = await echo((path) => (path === 'x' ? 'unknown' : path))
    await send('a')
    expect(await send('x')).toBe('unknown')
    expect(counts).toStrictEqual({ requests: 3, connections: 2 })

    for (let id = 0; id < 20; id += 1) await send(String(id))
    expect(counts.connections).toBe(22)
    await send('b')
    await send('c')
    expect(counts).toStrictEqual({ requests: 25, connections: 23 })
  })

  it('is not shared by concurrent requests', async () => {
    const { send, counts } = await echo()
    await send('a')

    expect(await Promise.all([send('b'), send('c')])).toStrictEqual(['b', 'c'])
    expect(counts).toStrictEqual({ requests: 3, connections: 2 })
  })

  it('is acquired by one request at a time', () => {
    const agents = createAgents(nodeHttp, nodeHttps, 'shared')
    const connection = new ReusableConnection(agents)

    expect([connection.acquire('a'), connection.acquire('b')]).toStrictEqual([agents, undefined])
    connection.release({ hasId: true, isDiscarded: false })
    expect(connection.acquire('b')).toBe(agents)
  })

  it('is replaced if the server has closed it', async () => {
    const { send, counts } = await echo()
    await send('a')
    closeSockets()

    expect([await send('b'), await send('c')]).toStrictEqual(['b', 'c'])
    expect(counts.requests).toBe(3)
  })
})
