/** The loopback address to which the authorization server redirects the browser (RFC 8252 §7.3). */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { TokenError } from './messages.ts'

export interface Redirect {
  readonly address: string
  /** The requested URL, with the code. Rejects if the signal is aborted. */
  readonly arrived: Promise<URL>
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Done</title><p>You can close this window and go back to the terminal.'

/** Resolves when the server listens. Throws a `TokenError` if the port is in use. */
export async function waitForRedirect(port: number, signal: AbortSignal): Promise<Redirect> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch(() => {
    throw new TokenError(`Port ${port} is in use: give another --port`)
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
      // Browsers also request an icon.
      if (url.pathname !== '/callback' || request.method !== 'GET') {
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
