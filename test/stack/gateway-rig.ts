/**
 * For the conformance tests of the local gateway: a gateway with a scripted authorizer function and a back
 * end that records its requests.
 */
import { request as httpRequest, type RequestListener } from 'node:http'
import { MovableClock } from '../../stack/clock.ts'
import type { FunctionAnswer, ReadSecret } from '../../stack/gateway/engine.ts'
import { DeploymentError, type DeploymentOptions } from '../../stack/gateway/deployment.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../../stack/gateway/gateway.ts'
import { fromRawHeaders, headerValues } from '../../stack/gateway/headers.ts'
import type { Origins } from '../../stack/gateway/http-backend.ts'
import type { GatewaySettings } from '../../stack/gateway/settings.ts'
import { listen, readBody, type LocalServer } from '../../stack/listen.ts'
import { backendOrigin, guarded } from './gateway-specifications.ts'

interface Seen {
  readonly body: string
  /** All values of a header, in order. */
  readonly header: (name: string) => string[]
}

export interface SeenRequest extends Seen {
  readonly method: string
  readonly target: string
}

export interface SeenResponse extends Seen {
  readonly status: number
}

export interface Rig {
  readonly gateway: Gateway
  readonly backend: LocalServer
  readonly clock: MovableClock
  /** The parsed payloads of the function. */
  readonly functionCalls: unknown[]
  /** The requests to the back end. */
  readonly backendCalls: SeenRequest[]
  /** Sets the function's following answers; it rejects with an error. */
  readonly functionAnswers: (next: object | string, status?: number) => void
  /** The targets of the requests to the back end. */
  readonly targets: () => string[]
  /** The values of a header, in order, in the first request to the back end. */
  readonly backendHeader: (name: string) => string[]
  readonly call: (target?: string, options?: CallOptions) => Promise<SeenResponse>
  /** The status of a call. */
  readonly statusOf: (target?: string, options?: CallOptions) => Promise<number>
  readonly logCodes: () => string[]
}

export interface CallOptions {
  readonly method?: string
  /** Flat, so that a header can be repeated: name, value, name, value. */
  readonly headers?: readonly string[]
  readonly body?: Buffer | string
}

export interface RigOptions {
  /** Default: the function and one route. */
  readonly specification?: unknown
  /** The function's answer, JSON or text. Default: it permits. */
  readonly answer?: object | string
  readonly pathPrefix?: string
  readonly settings?: Partial<GatewaySettings>
  readonly backend?: RequestListener
  /** The back end's origin in the specification. */
  readonly origin?: string
  /** Further origins, for example of identity providers. */
  readonly origins?: Origins
  readonly readSecret?: ReadSecret
}

/** Everything that was started, even by a rig that failed to start completely. */
const started: { close(): Promise<void> }[] = []

export function closeWithRigs<T extends { close(): Promise<void> }>(server: T): T {
  started.push(server)
  return server
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { specification = guarded(), pathPrefix = '/', settings, origin = backendOrigin } = options
  const functionCalls: unknown[] = []
  const backendCalls: SeenRequest[] = []
  const clock = new MovableClock({ nowMilliseconds: () => Date.parse('2030-01-01T00:00:00Z') })
  let answer = functionAnswering(options.answer ?? { active: true })
  const backend = await listen((request, response) => {
    void readBody(request).then((body) => {
      const headers = fromRawHeaders(request.rawHeaders)
      backendCalls.push({
        method: request.method ?? '',
        target: request.url ?? '',
        body: body.toString(),
        header: (name) => headerValues(headers, name),
      })
      if (options.backend) options.backend(request, response)
      else response.end('from the back end')
    })
  })
  closeWithRigs(backend)
  const gateway = await startDeployments([{ pathPrefix, specification }], {
    origins: { [origin]: backend.url, ...options.origins },
    ...(options.readSecret && { readSecret: options.readSecret }),
    invokeFunction: (_, body) => {
      functionCalls.push(JSON.parse(body.toString()))
      return answer()
    },
    clock,
    ...(settings && { settings }),
  })
  const callGateway = (target = '/thing', callOptions?: CallOptions) =>
    call(gateway.url, target, callOptions)
  return {
    gateway,
    backend,
    clock,
    functionCalls,
    backendCalls,
    functionAnswers: (next, status) => {
      answer = functionAnswering(next, status)
    },
    targets: () => backendCalls.map(({ target }) => target),
    backendHeader: (name) => {
      const [seen] = backendCalls
      if (!seen) throw new Error('the back end was not called')
      return seen.header(name)
    },
    call: callGateway,
    statusOf: async (...parameters) => (await callGateway(...parameters)).status,
    logCodes: () => gateway.executionLog.map(({ code }) => code),
  }
}

/** A gateway for several deployments, without a back end; its function answers with an empty object. */
export async function startDeployments(
  deployments: readonly DeploymentOptions[],
  options: Partial<GatewayOptions> = {},
): Promise<Gateway> {
  return closeWithRigs(
    await startGateway({ deployments, invokeFunction: functionAnswering({}), ...options }),
  )
}

/** Closes everything that the tests of a file started. */
export async function closeRigs(): Promise<void> {
  await Promise.all(started.splice(0).map((server) => server.close()))
}

/** The problems of a specification. */
export async function problemsOf(
  specification: unknown,
  { pathPrefix = '/oic', settings = {}, origins = {} }: Partial<RigOptions> = {},
): Promise<readonly string[]> {
  try {
    const gateway = await startGateway({
      deployments: [{ pathPrefix, specification }],
      origins: { [backendOrigin]: 'http://127.0.0.1:9', ...origins },
      invokeFunction: functionAnswering({}),
      settings,
    })
    await gateway.close()
    return []
  } catch (error) {
    if (error instanceof DeploymentError) return error.problems
    throw error
  }
}

/** A function that answers with this JSON or text. */
export function functionAnswering(
  answer: object | string,
  status = 200,
): () => Promise<FunctionAnswer> {
  if (answer instanceof Error) return () => Promise.reject(answer)
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return () => Promise.resolve({ status, body: Buffer.from(text) })
}

export function bearer(...tokens: string[]): CallOptions {
  return { headers: tokens.flatMap((token) => ['Authorization', `Bearer ${token}`]) }
}

/** A call with unchanged target and headers. */
export function call(
  url: string,
  target: string,
  { method = 'GET', headers = [], body }: CallOptions = {},
): Promise<SeenResponse> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(url)
    const isSized = body !== undefined && !headers.includes('Transfer-Encoding')
    const length = isSized ? ['Content-Length', String(Buffer.byteLength(body))] : []
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path: target,
      headers: ['Host', host, ...headers, ...length],
      agent: false,
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      readBody(incoming).then((bytes) => {
        const seen = fromRawHeaders(incoming.rawHeaders)
        resolve({
          status: incoming.statusCode ?? 0,
          body: bytes.toString(),
          header: (name) => headerValues(seen, name),
        })
      }, reject)
    })
    outgoing.end(body)
  })
}
