import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttp } from '../../../src/platform/http.ts'
import { failure } from '../../../src/platform/result.ts'
import { listen } from '../../../stack/listen.ts'
import { whilePolluted } from '../support/pollution.ts'
import { bodyOf, closeServers, get, open, serveSockets } from '../support/socket-servers.ts'
import { selfSignedCertificate } from '../../support/self-signed-certificate.ts'

afterEach(closeServers)

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('a keep-alive connection that was closed', () => {
  const accept = (socket: Socket) => socket.write(OK)
  const close = (socket: Socket) => socket.destroy()
  const reset = (socket: Socket) => socket.resetAndDestroy()

  it.each([
    ['reset', reset, accept, 'ok'],
    ['closed', close, accept, 'ok'],
    ['reset, and so was the new one', reset, reset, 'connection_failed'],
  ])('causes one retry if it was %s', async (_case, onReuse, onRetry, expected) => {
    const { url, received } = await serveSockets((socket, { connection, number }) => {
      if (connection === 2) onRetry(socket)
      else if (number === 2) onReuse(socket)
      else accept(socket)
    })
    const http = createHttp()
    const bodies = [bodyOf(await get(url, { http })), bodyOf(await get(url, { http }))]

    expect(bodies).toStrictEqual(['ok', expected])
    expect(received).toStrictEqual([
      'connection 1, request 1',
      'connection 1, request 2',
      'connection 2, request 1',
    ])
  })

  it('causes one retry on a new connection if other connections were closed as well', async () => {
    const sockets: Socket[] = []
    const { url, received } = await serveSockets((socket, { connection, number }) => {
      if (number === 2) socket.resetAndDestroy()
      else if (connection > 2) socket.write(OK)
      // The first two are answered together, so that each has its own connection.
      else if (sockets.push(socket) === 2) sockets.forEach(accept)
    })
    const http = createHttp()

    await Promise.all([get(url, { http }), get(url, { http })])
    const third = await get(url, { http })

    expect(third.ok).toBe(true)
    expect(received.slice(2)).toStrictEqual([
      expect.stringMatching(/^connection [12], request 2$/) as unknown,
      'connection 3, request 1',
    ])
  })

  it('causes no retry if it was new', async () => {
    const { url, received } = await serveSockets(reset)

    expect(await get(url)).toStrictEqual(failure('connection_failed'))
    expect(received).toHaveLength(1)
  })

  it('does not affect the request after a restart of the server', async () => {
    const server = await listen((_request, response) => response.end('ok'))
    const http = createHttp()
    await get(server.url, { http })

    await server.pause()
    await server.resume()
    const second = await get(server.url, { http })
    await server.close()

    expect(second.ok).toBe(true)
  })
})

describe('the failure of a request', () => {
  it('is connection_refused if the port is closed', async () => {
    const server = await listen(() => undefined)
    await server.close()

    expect(await get(server.url)).toStrictEqual(failure('connection_refused'))
  })

  it('is name_not_found if a label is longer than DNS allows', async () => {
    expect(await get(`http://${'a'.repeat(64)}/`)).toStrictEqual(failure('name_not_found'))
  })

  it.each([
    ['is not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['ends within its body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    [
      'ends between two chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ],
    [
      'has a body with a different content coding',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd',
    ],
    [
      'has two values of Content-Length',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc',
    ],
  ])('is answer_broken if the answer %s', async (_case, answer) => {
    const { url } = await serveSockets((socket) => {
      socket.end(answer)
    })

    expect(await get(url)).toStrictEqual(failure('answer_broken'))
  })

  it('is tls_failed if the server does not use TLS', async () => {
    const { url } = await serveSockets((socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    })

    expect(await get(url.replace('http:', 'https:'))).toStrictEqual(failure('tls_failed'))
  })

  it('is tls_failed if the certificate is not trusted, even with a polluted Object.prototype', async () => {
    const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date())
    const port = await open(
      createServer({ cert: certificatePem, key: privateKeyPem }, (_request, response) => {
        response.end()
      }),
    )

    const insecure = { rejectUnauthorized: false, checkServerIdentity: () => undefined }
    const exchanges = [
      await get(`https://127.0.0.1:${port}/`),
      await whilePolluted(insecure, () => get(`https://127.0.0.1:${port}/`)),
    ]

    expect(exchanges).toStrictEqual([failure('tls_failed'), failure('tls_failed')])
  })
})
