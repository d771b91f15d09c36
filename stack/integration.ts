/** The local Oracle Integration: its Echo integration, and who may call it. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { judgeCredentials, type Acceptance, type Caller } from './integration/credentials.ts'
import { listen, readBody, type LocalServer, type Port } from './listen.ts'

export interface IntegrationOptions extends Acceptance {
  port?: Port
}

/** What a call looked like from OIC's side. */
export interface IntegrationRequest {
  method: string
  path: string
  query: Record<string, string | string[]>
  /** Unchanged, except that only the scheme of `authorization` is kept. */
  headers: IncomingHttpHeaders
  body: string
  /** Absent when the credentials were refused. */
  caller?: Caller
  status: number
  /** Which check failed. No answer contains it. */
  refusal?: string
}

export interface Integration extends LocalServer {
  /** In the order in which they were answered. */
  readonly requests: readonly IntegrationRequest[]
}

/** Where Oracle Integration serves a REST trigger: integration identifier and version in the path. */
export const echoPath = '/ic/api/integration/v1/flows/rest/ECHO/1.0'

/** Starts OIC with one active integration, which answers what it saw, as JSON. */
export async function startIntegration(options: IntegrationOptions): Promise<Integration> {
  const requests: IntegrationRequest[] = []

  async function handle(incoming: IncomingMessage): Promise<IntegrationRequest> {
    const seen = await readRequest(incoming)
    const judgement = await judgeCredentials(incoming.headers.authorization, options)
    if (!judgement.accepted) return { ...seen, status: 401, refusal: judgement.refusal }
    const isEcho = seen.path === echoPath || seen.path.startsWith(`${echoPath}/`)
    return { ...seen, caller: judgement.caller, status: isEcho ? 200 : 404 }
  }

  const server = await listen((incoming, outgoing) => {
    handle(incoming).then(
      (request) => {
        requests.push(request)
        answer(outgoing, request)
      },
      () => {
        outgoing.writeHead(500).end()
      },
    )
  }, options.port)
  return { ...server, requests }
}

async function readRequest(incoming: IncomingMessage) {
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://oic')
  const names = new Set(searchParams.keys())
  const query = [...names].map((name) => [name, single(searchParams.getAll(name))] as const)
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: Object.fromEntries(query),
    headers: withoutCredentials(incoming.headers),
    body: (await readBody(incoming)).toString(),
  }
}

function single(values: string[]): string | string[] {
  const [first, ...others] = values
  return first !== undefined && others.length === 0 ? first : values
}

function withoutCredentials(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  if (headers.authorization === undefined) return headers
  const scheme = /^(Bearer|Basic) /i.exec(headers.authorization)?.[1] ?? ''
  return { ...headers, authorization: `${scheme} [redacted]`.trim() }
}

/**
 * OIC's own 401 is not documented. The challenge is the one that its sister service,
 * Oracle Analytics Cloud, was seen to send; the body is empty, so that nothing relies on it.
 */
function answer(outgoing: ServerResponse, request: IntegrationRequest): void {
  const { status, ...seen } = request
  if (status === 401) {
    const challenge = request.headers.authorization === undefined ? '' : ' error="invalid_token"'
    outgoing.writeHead(401, { 'www-authenticate': `Bearer${challenge}` }).end()
    return
  }
  if (status === 404) {
    outgoing.writeHead(404).end()
    return
  }
  outgoing.writeHead(200, { 'content-type': 'application/json' })
  outgoing.end(JSON.stringify(seen))
}
