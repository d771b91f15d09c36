/** The local API gateway, which executes OCI API deployment specifications as documented. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { systemClock, type Clock } from '../clock.ts'
import { listen, type LocalServer, type Port } from '../listen.ts'
import { readDeployments, type DeploymentOptions } from './deployment.ts'
import type { Engine, InvokeFunction, ReadSecret } from './engine.ts'
import type { ExecutionLogEntry } from './execution-log.ts'
import { ExpiringMap } from './expiring-map.ts'
import {
  fromRawHeaders,
  headerValues,
  requestHeaderBytes,
  withoutHeaders,
  type Header,
} from './headers.ts'
import type { Origins } from './http-backend.ts'
import { headerLimitBytes, requestBodyLimitBytes } from './limits.ts'
import { answerCall, logFor, type RequestId } from './request-flow.ts'
import { errorResponse, type Response } from './responses.ts'
import { defaultSettings, type GatewaySettings } from './settings.ts'

export interface GatewayOptions {
  readonly deployments: readonly DeploymentOptions[]
  readonly invokeFunction: InvokeFunction
  /** Reads client secrets from Vault for introspection. Default: there are no secrets. */
  readonly readSecret?: ReadSecret
  /**
   * Like /etc/hosts: `https://host` in a specification, or in a discovery document →
   * `http://127.0.0.1:port`.
   */
  readonly origins?: Origins
  /** For caches, and for the times in tokens. */
  readonly clock?: Clock
  readonly settings?: Partial<GatewaySettings>
  /** Default: a free one. */
  readonly port?: Port
}

export interface Gateway extends LocalServer {
  /** Of all deployments, in order; grows while the gateway runs. */
  readonly executionLog: readonly ExecutionLogEntry[]
  /** Clears the cached answers of authorizer functions and introspection endpoints. */
  clearResultCache(): void
}

/** Rejects with a `DeploymentError` if a specification has a problem. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { invokeFunction, readSecret = noSecrets, origins = {}, port } = options
  const { clock = systemClock } = options
  const settings = { ...defaultSettings, ...options.settings }
  const engine: Engine = {
    deployments: readDeployments(options.deployments, settings, origins),
    executionLog: [],
    invokeFunction,
    readSecret,
    origins,
    clock,
    settings,
    answers: new ExpiringMap(clock),
    introspections: new ExpiringMap(clock),
    keySets: new ExpiringMap(clock),
    endpoints: new ExpiringMap(clock),
  }
  const server = await listen((request, response) => {
    void serve(engine, request, response)
  }, port)
  return {
    ...server,
    executionLog: engine.executionLog,
    clearResultCache: () => {
      engine.answers.clear()
      engine.introspections.clear()
    },
  }
}

const noSecrets: ReadSecret = () => Promise.reject(new Error('no Vault'))

async function serve(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = fromRawHeaders(request.rawHeaders)
  const requestId = newRequestId(headerValues(headers, 'opc-request-id')[0])
  try {
    send(response, await answerTo(engine, request, headers, requestId), requestId)
  } catch {
    // For example, the function or the back end returned a header that cannot be sent.
    const log = logFor(engine, '', requestId)
    log('request.internalServiceError', 'ERROR', 'the answer could not be made or sent')
    send(response, errorResponse(500), requestId)
  }
}

/**
 * The gateway keeps the first two parts of the caller's `opc-request-id` (Oracle,
 * “opc-request-id values seen by the client, API Gateway logs, and backend do not match as expected”).
 */
function newRequestId(given = ''): RequestId {
  const [customer = '', trace = ''] = given.split('/')
  const passedOn = `${customer}/${trace === '' ? newId() : trace}`
  return { passedOn, returned: `${passedOn}/${newId()}` }
}

function newId(): string {
  return randomBytes(16).toString('hex').toUpperCase()
}

async function answerTo(
  engine: Engine,
  request: IncomingMessage,
  headers: readonly Header[],
  requestId: RequestId,
): Promise<Response> {
  const { method = '', url: target = '' } = request
  const body = await readBodyUpTo(requestBodyLimitBytes, request)
  if (requestHeaderBytes(method, target, headers) > headerLimitBytes) {
    return errorResponse(engine.settings.headerTooLargeStatus)
  }
  if (!body) {
    const log = logFor(engine, '', requestId)
    log('request.bodyTooLarge', 'ERROR', `over ${requestBodyLimitBytes} bytes`)
    return errorResponse(413)
  }
  const queryAt = target.includes('?') ? target.indexOf('?') : target.length
  return answerCall(engine, {
    method,
    path: target.slice(0, queryAt),
    query: target.slice(queryAt),
    headers: withRequestId(headers, requestId.passedOn),
    body,
    remoteAddress: request.socket.remoteAddress ?? '',
    requestId,
  })
}

function send(response: ServerResponse, answer: Response, { returned }: RequestId): void {
  const headers = withRequestId(answer.headers, returned)
  const isSized = headerValues(headers, 'content-length').length > 0
  if (!isSized && answer.status !== 204 && answer.status !== 304) {
    headers.push(['Content-Length', String(answer.body.length)])
  }
  response.writeHead(answer.status, headers.flat())
  response.end(answer.body)
}

function withRequestId(headers: readonly Header[], opcRequestId: string): Header[] {
  return [...withoutHeaders(headers, 'opc-request-id'), ['opc-request-id', opcRequestId]]
}

/** Undefined for a longer body, which is read to its end so that the caller gets the answer. */
async function readBodyUpTo(
  limitBytes: number,
  request: AsyncIterable<Buffer>,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= limitBytes) chunks.push(chunk)
  }
  return size <= limitBytes ? Buffer.concat(chunks) : undefined
}
