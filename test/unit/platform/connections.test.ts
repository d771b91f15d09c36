import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttp, type HttpRequest } from '../../../src/platform/http.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'

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

describe('a connection of its own', () => {
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

  it('is closed by us after the exchange, and says so', async () => {
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

describe('closeConnection', () => {
  it('has the next exchange use another connection', async () => {
    const { url, counts } = await serve(() => undefined)
    const http = createHttp()
    const ask = () => http({ method: 'GET', url, headers: {} }, PLENTY_OF_TIME)
    const first = await ask()
    if (first.ok) first.value.closeConnection()

    expect((await ask()).ok).toBe(true)
    expect(counts.connections).toBe(2)
  })

  it('has an exchange that is under way on it tried again on another', async () => {
    const { url, counts } = await serve(() => undefined)
    const http = createHttp()
    const ask = () => http({ method: 'GET', url, headers: {} }, PLENTY_OF_TIME)
    const first = await ask()
    const second = ask()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    if (first.ok) first.value.closeConnection()

    expect((await second).ok).toBe(true)
    expect(counts.connections).toBe(2)
  })
})
