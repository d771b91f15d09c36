/** The local Oracle Integration with its Echo integration. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { judgeCredentials, type Acceptance, type Caller } from './integration/credentials.ts'
import { listen, readBody, type LocalServer, type Port } from './listen.ts'

export interface IntegrationOptions extends Acceptance {
  port?: Port
}

/** A call that OIC received. */
export interface IntegrationRequest {
  method: string
  path: string
  query: Record<string, string | string[]>
  /** Unchanged, except that only the scheme of `authorization` is kept. */
  headers: IncomingHttpHeaders
  body: string
  /** Absent if the credentials were rejected. */
  caller?: Caller
  status: number
  /** The failed check. No answer contains it. */
  refusal?: string
}

export interface Integration extends LocalServer {
  /** In the order of the answers. */
  readonly requests: readonly IntegrationRequest[]
}

/** The path of a REST trigger in Oracle Integration, with the integration's identifier and version. */
export const echoPath = '/ic/api/integration/v1/flows/rest/ECHO/1.0'

/** Starts OIC with one active integration, which answers with the call as JSON. */
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
 * OIC's 401 is not documented. The challenge is that of Oracle Analytics Cloud; the body is empty, so that
 * nothing can depend on it.
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
