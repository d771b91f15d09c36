/** The local servers: draining, faults, preferred ports, and the record of each exchange. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen, readBody, type Exchange, type LocalServer } from '../../stack/listen.ts'

describe('a server that is drained', () => {
  let server: LocalServer
  const callers: Socket[] = []
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.destroy()
    await server.close()
  })

  const send = async (text: string): Promise<Socket> => {
    const caller = connect(server.port, '127.0.0.1')
    callers.push(caller)
    await once(caller, 'connect')
    caller.write(text)
    return caller
  }

  it('has handled the last request of a disconnected caller', async () => {
    const handled: string[] = []
    server = await listen(async (request) => {
      await sleep(20)
      handled.push(request.url ?? '')
    })
    for (const path of ['/a', '/b']) {
      const caller = await send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
      caller.end()
    }
    await server.drained()
    expect(handled.sort()).toEqual(['/a', '/b'])
  })

  it('waits for callers with open connections', async () => {
    server = await listen((_request, response) => response.end())
    const caller = await send('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await once(caller, 'data')
    const drained = server.drained().then(() => 'drained')
    expect(await Promise.race([drained, sleep(30, 'waiting')])).toBe('waiting')

    caller.end()
    expect(await drained).toBe('drained')
  })

  it('does not wait for the rest of a request of a disconnected caller', async () => {
    server = await listen(async (request) => {
      await readBody(request)
      throw new Error('there was a rest')
    })
    const caller = await send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc')
    caller.destroy()
    await expect(server.drained()).resolves.toBeUndefined()
  })

  it('receives nothing while it is paused', async () => {
    server = await listen((_request, response) => response.end())
    await server.pause()
    await expect(server.drained()).resolves.toBeUndefined()
    await server.resume()
  })
})

describe('a local server', () => {
  const servers: LocalServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })
  const start = async (...order: Parameters<typeof listen>): Promise<LocalServer> => {
    const server = await listen(...order)
    servers.push(server)
    return server
  }

  it('uses a free port if the preferred one is in use', async () => {
    const first = await start((_request, response) => response.end())
    const second = await start((_request, response) => response.end('second'), {
      preferred: first.port,
    })
    expect(second.port).not.toBe(first.port)
    expect(await (await fetch(second.url)).text()).toBe('second')
  })

  it('has a fault until it is removed', async () => {
    const server = await start((_request, response) => response.end())
    const statuses: (number | string)[] = []
    for (const fault of ['unavailable', 'refuse', undefined] as const) {
      await server.setFault(fault)
      statuses.push(
        await fetch(server.url).then(
          ({ status }) => status,
          () => 'not accepted',
        ),
      )
    }
    expect(statuses).toStrictEqual([503, 'not accepted', 200])
  })

  it('records each exchange as the handler and the client see it', async () => {
    const server = await start(async (request, response) => {
      const body = (await readBody(request)).toString()
      response.writeHead(201, { 'X-Answer': 'yes' })
      response.write(body)
      response.end('!')
    })
    const seen: Exchange[] = []
    server.onExchange((exchange) => seen.push({ ...exchange }))
    const answer = await fetch(`${server.url}/a?b`, { method: 'POST', body: 'hello' })
    expect(await answer.text()).toBe('hello!')
    expect(seen).toHaveLength(2)
    expect(seen[0]).toMatchObject({ method: 'POST', target: '/a?b', status: undefined })
    expect(seen[1]).toMatchObject({
      requestBody: 'hello',
      status: 201,
      responseBody: 'hello!',
      responseHeaders: { 'x-answer': 'yes' },
    })
  })
})
