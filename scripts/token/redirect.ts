/**
 * The loopback address to which the authorization server sends the person back (RFC 8252 §7.3).
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { TokenError } from './talk.ts'

export interface Redirect {
  readonly address: string
  /** The address with which the browser came back. Rejects when it is aborted. */
  readonly arrived: Promise<URL>
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Done</title><p>You can close this window and go back to the terminal.'

/** Listens when it resolves. Throws an `Error` when the port is taken. */
export async function waitForRedirect(port: number, signal: AbortSignal): Promise<Redirect> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch(() => {
    throw new TokenError(`Port ${port} is taken: give another --port`)
  })
  const bound = server.address()
  const address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : port}/callback`

  const arrived = new Promise<URL>((resolve, reject) => {
    const end = (): void => {
      server.close()
      server.closeAllConnections()
    }
    signal.addEventListener('abort', () => {
      end()
      reject(new Error('interrupted'))
    })
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', address)
      // Browsers ask for an icon, too.
      const isRedirect = url.pathname === '/callback' && request.method === 'GET'
      if (!isRedirect) {
        response.writeHead(404).end()
        return
      }
      response
        .writeHead(200, { 'content-type': 'text/html', connection: 'close' })
        .end(PAGE, () => {
          end()
          resolve(url)
        })
    })
  })
  return { address, arrived }
}
