/**
 * Owns the proof that nobody hears an answer that was not meant for it, over connections that are kept.
 * I/O: TCP on loopback.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttp } from '../../../src/platform/http.ts'
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

/** A server that answers the n-th request with `n`, and does something more after the first answer. */
async function serve(afterFirst: (socket: Socket) => void) {
  const counts = { requests: 0, connections: 0 }
  const server = createServer((socket) => {
    counts.connections += 1
    sockets.push(socket)
    // What is sent late has to leave at once, and not with the answer after it.
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

function asking(url: string) {
  const http = createHttp()
  return async () => {
    const exchange = await http({ method: 'GET', url, headers: {} }, PLENTY_OF_TIME)
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
  ])('is given up when an answer comes that nobody has asked for: %s', async (_case, surplus) => {
    const { url, counts } = await serve(surplus)
    const ask = asking(url)

    const first = await ask()
    await delay(100)
    expect([first, await ask(), await ask()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(2)
  })

  it('is given up for what came while the process was frozen', async () => {
    const { url, counts } = await serve((socket) => setTimeout(() => socket.write(SURPLUS), 20))
    const ask = asking(url)

    const first = await ask()
    await delay(5)
    // The server is in this process: it sends when the freeze is over, before the next request.
    freeze(60)
    expect([first, await ask(), await ask()]).toStrictEqual(['1', '2', '3'])
    expect(counts.connections).toBe(2)
  })
})
