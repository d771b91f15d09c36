/** The console of a local stack, and requests to its server. */
import { request } from 'node:http'
import { startConsoleStack, type ConsoleStack } from '../../scripts/start/console-stack.ts'

let desk: ConsoleStack

export async function startConsole(): Promise<ConsoleStack> {
  desk = await startConsoleStack()
  return desk
}

interface ConsoleRequest {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Not `fetch`, which sets host and origin itself. */
export function call({ path, method = 'GET', headers = {}, body = '' }: ConsoleRequest) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { port } = desk.webConsole.server
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false }
    const outgoing = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text })
      })
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

export function withToken() {
  return { authorization: `Bearer ${desk.webConsole.token}` }
}

export async function read<T>(path: string): Promise<T> {
  return JSON.parse((await call({ path, headers: withToken() })).text) as T
}

export async function act(path: string, fields: Record<string, string>) {
  const headers = { ...withToken(), 'content-type': 'application/json' }
  const answer = await call({ path, method: 'POST', headers, body: JSON.stringify(fields) })
  return { status: answer.status, body: JSON.parse(answer.text) as Record<string, unknown> }
}

/** Without `fault`, the server works again. */
export function setFault(server: string, fault = '') {
  return act('/api/fault', { server, fault })
}

export function send(fields: Record<string, string> = {}) {
  return act('/api/send', {
    caller: '0 partner-a',
    defect: 'none',
    method: 'GET',
    path: '/oic/echo/hello',
    ...fields,
  })
}

export function hopsOf(body: Record<string, unknown>) {
  return body['hops'] as readonly { party: string; title: string; isShared: boolean }[]
}

interface Checked {
  readonly checks: { readonly checks: readonly unknown[]; readonly reason: string }
}

export async function whenChecked(id: number): Promise<Checked> {
  for (;;) {
    const { checks } = await read<{ checks: Checked['checks'] | null }>(`/api/calls/${id}`)
    if (checks !== null) return { checks }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
