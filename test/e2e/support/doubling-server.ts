/** A server that repeats each answer once the next request has arrived on the same connection. */
import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface DoublingServer {
  readonly url: string
  close(): void
}

/** `answerTo` returns the JSON body that answers the form, or a request without one. */
export async function startDoublingServer(
  answerTo: (form: URLSearchParams, target: string) => unknown,
): Promise<DoublingServer> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    let doubled = ''
    let received = ''
    socket.on('data', (data) => {
      received += data.toString()
      const [head = '', body] = received.split('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
      if (body === undefined || Buffer.byteLength(body) < length) return
      received = ''
      const target = head.split(' ')[1] ?? ''
      const text = JSON.stringify(answerTo(new URLSearchParams(body), target))
      const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`
      socket.write(doubled + answer)
      doubled = answer
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
