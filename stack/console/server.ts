/** The console: a page on loopback that sends calls through the stack and shows their steps. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { listen, readBody, type LocalServer, type Port } from '../listen.ts'
import type { ConsoleActions } from './actions.ts'
import type { Recorder } from './recorder.ts'

export interface Console {
  readonly server: LocalServer
  /** The page's URL. The token is in its fragment, which no server and no Referer header gets. */
  readonly address: string
  /** For the JSON below `/api`, as `Authorization: Bearer`. */
  readonly token: string
  close(): Promise<void>
}

const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; img-src data:; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const REQUEST_LIMIT_BYTES = 256 * 1024

/** The page's script is bundled here, from TypeScript. */
async function bundle(): Promise<string> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page/main.tsx', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

export async function startConsole(
  actions: ConsoleActions,
  recorder: Recorder,
  port: Port,
): Promise<Console> {
  const token = randomBytes(18).toString('base64url')
  const script = await bundle()
  const streams = new Set<ServerResponse>()
  const publish = (event: string, value: unknown): void => {
    for (const stream of streams) stream.write(eventOf(event, value))
  }
  const publishState = (): void => {
    publish('state', actions.state())
  }
  recorder.on('call', (call) => {
    publish('call', call)
    publishState()
  })
  recorder.on('update', (call) => {
    publish('update', call)
  })
  actions.onChange(publishState)

  const server = await listen(async (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const host = `127.0.0.1:${server.port}`
    const refusal = refusalOf(request, host, token)
    if (refusal !== undefined) {
      sendJson(response, refusal.status, { error: refusal.error })
      return
    }
    const path = new URL(request.url ?? '/', `http://${host}`).pathname
    const file = FILES[path]
    if (path === '/main.js') {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script)
    } else if (file !== undefined) {
      const content = await readFile(new URL(`./page/${file[0]}`, import.meta.url))
      response.writeHead(200, { 'content-type': file[1] }).end(content)
    } else if (path === '/api/events' && request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(eventOf('state', actions.state()))
      response.write(eventOf('calls', recorder.calls))
      streams.add(response)
      response.once('close', () => streams.delete(response))
    } else if (request.method === 'GET') {
      const answer = read(path, actions, recorder)
      sendJson(response, answer === undefined ? 404 : 200, answer ?? { error: 'no such resource' })
    } else {
      await act(path, request, response, actions)
      publishState()
    }
  }, port)

  return {
    server,
    token,
    address: `http://127.0.0.1:${server.port}/#${token}`,
    close: async () => {
      for (const stream of streams) stream.destroy()
      await server.close()
    },
  }
}

/** Rejects pages of other servers, and host names that resolve to loopback. */
function refusalOf(
  { headers, url = '', method = '' }: IncomingMessage,
  host: string,
  token: string,
): { readonly status: number; readonly error: string } | undefined {
  if (headers.host !== host) return { status: 421, error: `the host is ${host}` }
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return { status: 403, error: 'the origin is not this page' }
  }
  const site = headers['sec-fetch-site']
  if (!url.startsWith('/api/')) {
    return method === 'GET' || method === 'HEAD'
      ? undefined
      : { status: 405, error: 'GET is the only method here' }
  }
  if (site !== undefined && site !== 'same-origin') {
    return { status: 403, error: 'the request is from another site' }
  }
  const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  return isSame(given, token)
    ? undefined
    : { status: 401, error: 'the token is in the address that npm start prints' }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function read(path: string, actions: ConsoleActions, { calls }: Recorder): unknown {
  if (path === '/api/state') return actions.state()
  if (path === '/api/calls') return calls
  const id = /^\/api\/calls\/(\d+)$/.exec(path)?.[1]
  return calls.find((call) => String(call.id) === id)
}

async function act(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  actions: ConsoleActions,
): Promise<void> {
  const action = actions.byPath.get(path)
  if (action === undefined || request.method !== 'POST') {
    sendJson(response, 404, { error: 'no such action' })
    return
  }
  if (request.headers['content-type'] !== 'application/json') {
    sendJson(response, 415, { error: 'the body is application/json' })
    return
  }
  try {
    const order: unknown = JSON.parse((await readBody(request, REQUEST_LIMIT_BYTES)).toString())
    const fields =
      typeof order === 'object' && order !== null ? (order as Record<string, unknown>) : {}
    sendJson(response, 200, (await action(fields)) ?? {})
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : 'failed' })
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value, null, 2))
}

function eventOf(event: string, value: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`
}
