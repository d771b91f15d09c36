import { Agent, type IncomingMessage, type RequestListener } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createHttp, type HttpAnswer, type HttpFailure } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'
import { listen, readBody, type LocalServer } from '../../../stack/listen.ts'
import { whilePolluted } from '../support/pollution.ts'
import { bodyOf, get } from '../support/socket-servers.ts'
import { deadlineWith, PLENTY_OF_TIME } from '../support/time.ts'

const servers: LocalServer[] = []
afterEach(async () => {
  jest.restoreAllMocks()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(handler: RequestListener): Promise<LocalServer> {
  const server = await listen(handler)
  servers.push(server)
  return server
}

/** A server that records each request. */
async function serveRecording() {
  const received: string[] = []
  const server = await serve((request, response) => {
    received.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.end()
  })
  return { url: server.url, received }
}

/** Sends one request to a server with this handler. */
async function getFrom(handler: RequestListener, deadline = PLENTY_OF_TIME) {
  return get((await serve(handler)).url, { deadline })
}

/** Without the body, which is too long for the message of a failed test. */
function summaryOf(exchange: Result<HttpAnswer, HttpFailure>): string {
  return exchange.ok
    ? `status ${exchange.value.status}, ${exchange.value.body.length} bytes`
    : exchange.error
}

const MIB = 1024 * 1024

describe('a request', () => {
  it('has the given method, headers and body, and returns the whole answer', async () => {
    const requests: { request: IncomingMessage; body: string }[] = []
    const server = await serve((request, response) => {
      void readBody(request).then((body) => {
        requests.push({ request, body: body.toString() })
        response.writeHead(418, { 'Content-Type': 'text/plain', 'X-Twice': 'yes' }).end('tëapot')
      })
    })

    const exchange = await createHttp()(
      {
        method: 'POST',
        url: `${server.url}/a?b=c%20d`,
        headers: { Accept: 'application/json', Authorization: 'Basic x' },
        body: 'a=%2B&b={"c"}',
      },
      PLENTY_OF_TIME,
    )

    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({
      request: {
        method: 'POST',
        url: '/a?b=c%20d',
        headers: { accept: 'application/json', authorization: 'Basic x' },
      },
      body: 'a=%2B&b={"c"}',
    })
    expect(exchange.ok && exchange.value.status).toBe(418)
    expect(bodyOf(exchange)).toBe('tëapot')
    expect(exchange.ok && exchange.value.header('content-type')).toBe('text/plain')
    expect(exchange.ok && exchange.value.header('constructor')).toBeUndefined()
  })

  it.each([200, 204, 301, 400, 401, 404, 429, 500, 503])(
    'returns an answer with status %d',
    async (status) => {
      const exchange = await getFrom((_request, response) => response.writeHead(status).end())

      expect(summaryOf(exchange)).toBe(`status ${status}, 0 bytes`)
    },
  )

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0xff, 0x00, 0x0d])],
    ['JSON', Buffer.from('{"__proto__":{"active":true},"a":1,"a":2}')],
  ])('returns the body unchanged: %s', async (_case, body) => {
    const exchange = await getFrom((_request, response) => {
      response.setHeader('Content-Type', 'application/json').end(body)
    })

    expect(exchange.ok && Buffer.from(exchange.value.body)).toStrictEqual(body)
  })

  it('returns no header from a polluted Object.prototype', async () => {
    const exchange = await getFrom((_request, response) => response.end())

    const header = await whilePolluted({ 'content-type': 'text/forged' }, () =>
      exchange.ok ? exchange.value.header('content-type') : exchange.error,
    )
    expect(header).toBeUndefined()
  })

  it('returns no header with several values', async () => {
    const exchange = await getFrom((_request, response) =>
      response.setHeader('Set-Cookie', ['a=1', 'b=2']).end(),
    )

    expect(exchange.ok && exchange.value.header('set-cookie')).toBeUndefined()
  })

  it.each([301, 302, 303, 307, 308])('follows no redirect with status %d', async (status) => {
    const other = await serveRecording()
    const server = await serve((_request, response) => {
      response.writeHead(status, { Location: `${other.url}/elsewhere` }).end()
    })

    const exchange = await createHttp()(
      { method: 'POST', url: server.url, headers: {}, body: 'token=a' },
      PLENTY_OF_TIME,
    )

    expect(summaryOf(exchange)).toBe(`status ${status}, 0 bytes`)
    expect(other.received).toStrictEqual([])
  })
})

describe('the size of an answer', () => {
  const ACCEPTED = `status 200, ${MIB} bytes`

  it.each<readonly [string, number, (bytes: Buffer) => Buffer, string]>([
    ['identity', MIB, (bytes) => bytes, ACCEPTED],
    ['identity', MIB + 1, (bytes) => bytes, 'answer_too_large'],
    ['gzip', MIB, gzipSync, ACCEPTED],
    ['gzip', MIB + 1, gzipSync, 'answer_too_large'],
    ['gzip', 50 * MIB, gzipSync, 'answer_too_large'],
    ['deflate', MIB + 1, deflateSync, 'answer_too_large'],
    ['br', MIB + 1, brotliCompressSync, 'answer_too_large'],
  ])('is limited after decompression: %s, %d bytes', async (coding, size, encode, expected) => {
    const exchange = await getFrom((_request, response) => {
      response.setHeader('Content-Encoding', coding).end(encode(Buffer.alloc(size)))
    })

    expect(summaryOf(exchange)).toBe(expected)
  })

  it('is checked before its end', async () => {
    const exchange = await getFrom((_request, response) => {
      // There is no end.
      response.write(Buffer.alloc(2 * MIB))
    })

    expect(summaryOf(exchange)).toBe('answer_too_large')
  })
})

describe('the deadline', () => {
  /** Sends 39 bytes, one every 25 ms. */
  const drip: RequestListener = (_request, response) => {
    let bytes = 0
    const timer = setInterval(() => {
      bytes += 1
      if (bytes < 40) response.write('x')
      else response.end()
    }, 25)
    response.on('close', () => {
      clearInterval(timer)
    })
  }

  it.each<readonly [string, RequestListener, number, string]>([
    ['ends a slow answer', drip, 200, 'timed_out'],
    ['does not end a slow answer before it', drip, 60_000, 'status 200, 39 bytes'],
    ['ends a request without an answer', () => undefined, 50, 'timed_out'],
  ])('%s', async (_title, handler, milliseconds, expected) => {
    expect(summaryOf(await getFrom(handler, deadlineWith(milliseconds)))).toBe(expected)
  })

  it('prevents requests after it has passed', async () => {
    const other = await serveRecording()
    const agents = Agent.prototype as unknown as { addRequest: () => void }
    const addRequest = jest.spyOn(agents, 'addRequest')

    expect(summaryOf(await get(other.url, { deadline: deadlineWith(0) }))).toBe('timed_out')
    expect(addRequest).not.toHaveBeenCalled()
    expect(other.received).toStrictEqual([])
  })
})
