/**
 * What the conformance tests of the local gateway share: a gateway between a scripted authorizer
 * function and a back end that remembers what it saw.
 */
import { request as httpRequest, type RequestListener } from 'node:http'
import { MovableClock } from '../../stack/clock.ts'
import type { FunctionAnswer } from '../../stack/gateway/authorizer-function.ts'
import { DeploymentError } from '../../stack/gateway/deployment.ts'
import { startGateway, type Gateway } from '../../stack/gateway/gateway.ts'
import { fromRawHeaders, headerValues } from '../../stack/gateway/headers.ts'
import type { Origins } from '../../stack/gateway/http-backend.ts'
import type { GatewaySettings } from '../../stack/gateway/settings.ts'
import type { ReadSecret } from '../../stack/gateway/tokens/introspection.ts'
import { listen, readBody, type LocalServer } from '../../stack/listen.ts'

export const functionId = 'ocid1.fnfunc.oc1.test.one'
export const backendOrigin = 'https://back-end.example'

export interface SeenRequest {
  readonly method: string
  readonly target: string
  readonly body: string
  /** All values of a header, in order. */
  header(name: string): string[]
}

export interface SeenResponse {
  readonly status: number
  readonly body: string
  header(name: string): string[]
}

export interface Rig {
  readonly gateway: Gateway
  readonly backend: LocalServer
  readonly clock: MovableClock
  /** Bodies that the function was sent, parsed. */
  readonly functionCalls: unknown[]
  /** What the back end saw. */
  readonly backendCalls: SeenRequest[]
  /** What the function does next, and from then on. */
  functionAnswers(next: () => Promise<FunctionAnswer>): void
  call(target: string, options?: CallOptions): Promise<SeenResponse>
  logCodes(): string[]
}

export interface CallOptions {
  readonly method?: string
  /** Flat, so that a header can be repeated: name, value, name, value. */
  readonly headers?: readonly string[]
  readonly body?: Buffer | string
}

export interface RigOptions {
  readonly specification: unknown
  readonly pathPrefix?: string
  readonly settings?: Partial<GatewaySettings>
  readonly backend?: RequestListener
  /** The origin that the specification has for the back end. */
  readonly origin?: string
  /** Further origins, of identity providers for instance. */
  readonly origins?: Origins
  readonly readSecret?: ReadSecret
}

/** Each as soon as it runs, so that a rig which fails half-way leaves nothing behind. */
const started: { close(): Promise<void> }[] = []

export async function startRig(options: RigOptions): Promise<Rig> {
  const { specification, pathPrefix = '/', settings = {}, origin = backendOrigin } = options
  const functionCalls: unknown[] = []
  const backendCalls: SeenRequest[] = []
  const clock = new MovableClock({ nowMilliseconds: () => Date.parse('2030-01-01T00:00:00Z') })
  let answer = () => functionSays({ active: true })
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
  started.push(backend)
  const gateway = await startGateway({
    deployments: [{ pathPrefix, specification }],
    origins: { [origin]: backend.url, ...options.origins },
    ...(options.readSecret && { readSecret: options.readSecret }),
    invokeFunction: (_, body) => {
      functionCalls.push(JSON.parse(body.toString()))
      return answer()
    },
    clock,
    settings,
  })
  started.push(gateway)
  return {
    gateway,
    backend,
    clock,
    functionCalls,
    backendCalls,
    functionAnswers: (next) => {
      answer = next
    },
    call: (target, callOptions) => call(gateway.url, target, callOptions),
    logCodes: () => gateway.executionLog.map(({ code }) => code),
  }
}

export async function closeRigs(): Promise<void> {
  await Promise.all(started.splice(0).map((server) => server.close()))
}

/** What is wrong with a specification; an empty list when the gateway runs it. */
export async function problemsOf(
  specification: unknown,
  { pathPrefix = '/oic', settings = {}, origins = {} }: Partial<RigOptions> = {},
): Promise<readonly string[]> {
  try {
    const gateway = await startGateway({
      deployments: [{ pathPrefix, specification }],
      origins: { [backendOrigin]: 'http://127.0.0.1:9', ...origins },
      invokeFunction: () => functionSays({}),
      settings,
    })
    await gateway.close()
    return []
  } catch (error) {
    if (error instanceof DeploymentError) return error.problems
    throw error
  }
}

/** The function answers 200 with this JSON, or with this text as it stands. */
export function functionSays(answer: object | string, status = 200): Promise<FunctionAnswer> {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return Promise.resolve({ status, body: Buffer.from(text) })
}

/** A call whose target and headers go out as they stand, without any tidying. */
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

/** A route to the back end; what is given comes on top. */
export function httpRoute(overrides: object = {}): object {
  return {
    path: '/thing',
    methods: ['ANY'],
    backend: { type: 'HTTP_BACKEND', url: `${backendOrigin}/thing` },
    ...overrides,
  }
}

/** A specification with the function in front of the routes; multi-argument unless given. */
export function guarded(
  policy: object = { parameters: { token: 'request.headers[Authorization]' } },
  ...routes: object[]
): object {
  return {
    requestPolicies: { authentication: { type: 'CUSTOM_AUTHENTICATION', functionId, ...policy } },
    routes: routes.length > 0 ? routes : [httpRoute()],
  }
}
