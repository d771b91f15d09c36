import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttp } from '../../../src/platform/http.ts'
import { failure } from '../../../src/platform/result.ts'
import { listen } from '../../../stack/listen.ts'
import { whilePolluted } from '../support/pollution.ts'
import { closeServers, open, serveSockets } from '../support/socket-servers.ts'
import { selfSignedCertificate } from '../../support/self-signed-certificate.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'

afterEach(closeServers)

function get(url: string, http = createHttp()) {
  return http({ method: 'GET', url, headers: {} }, PLENTY_OF_TIME)
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('a kept connection that was closed', () => {
  it('costs one silent retry on a fresh one', async () => {
    const { url, seen } = await serveSockets((socket, { connection, number }) => {
      if (connection === 1 && number === 2) socket.resetAndDestroy()
      else socket.write(OK)
    })
    const http = createHttp()

    const first = await get(url, http)
    const second = await get(url, http)

    expect([first.ok, second.ok]).toStrictEqual([true, true])
    expect(seen).toStrictEqual([
      'connection 1, request 1',
      'connection 1, request 2',
      'connection 2, request 1',
    ])
  })

  it('causes one retry if it was closed properly', async () => {
    const { url, seen } = await serveSockets((socket, { connection, number }) => {
      if (connection === 1 && number === 2) socket.destroy()
      else socket.write(OK)
    })
    const http = createHttp()

    await get(url, http)
    const second = await get(url, http)

    expect(second.ok).toBe(true)
    expect(seen).toHaveLength(3)
  })

  it('costs no more than one retry', async () => {
    const { url, seen } = await serveSockets((socket, { connection, number }) => {
      if (connection === 1 && number === 1) socket.write(OK)
      else socket.resetAndDestroy()
    })
    const http = createHttp()

    await get(url, http)

    expect(await get(url, http)).toStrictEqual(failure('connection_failed'))
    expect(seen).toHaveLength(3)
  })

  it('causes one retry on a new connection if others were closed, too', async () => {
    const sockets: Socket[] = []
    const { url, seen } = await serveSockets((socket, { connection, number }) => {
      if (number === 2) socket.resetAndDestroy()
      else if (connection > 2) socket.write(OK)
      // The first two are answered together, so that each has a connection of its own.
      else if (sockets.push(socket) === 2) for (const waiting of sockets) waiting.write(OK)
    })
    const http = createHttp()

    await Promise.all([get(url, http), get(url, http)])
    const third = await get(url, http)

    expect(third.ok).toBe(true)
    expect(seen.slice(2)).toStrictEqual([
      expect.stringMatching(/^connection [12], request 2$/) as unknown,
      'connection 3, request 1',
    ])
  })

  it('is not what a fresh connection is that dies: that costs no retry', async () => {
    const { url, seen } = await serveSockets((socket) => {
      socket.resetAndDestroy()
    })

    expect(await get(url)).toStrictEqual(failure('connection_failed'))
    expect(seen).toHaveLength(1)
  })

  it('does not affect the exchange after a dependency’s restart', async () => {
    const server = await listen((_request, response) => response.end('ok'))
    const http = createHttp()
    await get(server.url, http)

    await server.pause()
    await server.resume()
    const second = await get(server.url, http)
    await server.close()

    expect(second.ok).toBe(true)
  })
})

describe('an exchange that fails', () => {
  it('is a refused connection if the port is closed', async () => {
    const server = await listen(() => undefined)
    await server.close()

    expect(await get(server.url)).toStrictEqual(failure('connection_refused'))
  })

  it('is an unknown name without a query if a label is longer than DNS allows', async () => {
    expect(await get(`http://${'a'.repeat(64)}/`)).toStrictEqual(failure('name_not_found'))
  })

  it.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['ends before its body does', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    [
      'ends between two chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ],
    [
      'has a body that is not of the coding that it names',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd',
    ],
    ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
  ])('is a broken response if it %s', async (_case, answer) => {
    const { url } = await serveSockets((socket) => {
      socket.end(answer)
    })

    expect(await get(url)).toStrictEqual(failure('answer_broken'))
  })

  it('is a TLS failure if the dependency does not use TLS', async () => {
    const { url } = await serveSockets((socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    })

    expect(await get(url.replace('http:', 'https:'))).toStrictEqual(failure('tls_failed'))
  })

  it('is a TLS failure if the certificate is not trusted', async () => {
    const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date())
    const port = await open(
      createServer({ cert: certificatePem, key: privateKeyPem }, (_request, response) => {
        response.end()
      }),
    )

    const lax = { rejectUnauthorized: false, checkServerIdentity: () => undefined }
    const exchanges = [
      await get(`https://127.0.0.1:${port}/`),
      await whilePolluted(lax, () => get(`https://127.0.0.1:${port}/`)),
    ]

    expect(exchanges).toStrictEqual([failure('tls_failed'), failure('tls_failed')])
  })
})
