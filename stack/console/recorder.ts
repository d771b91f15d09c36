/** Puts together what the parts of the stack saw of each call of the gateway. */
import { DENIAL_REASONS, FAULT_REASONS } from '../../src/reasons.ts'
import type { LocalStack } from '../local-stack.ts'
import type { Invocation, StackObserver } from '../observer.ts'
import { OWN_REQUEST_HEADER, type Exchange } from '../listen.ts'
import type { CallChecks } from './checks.ts'
import { ownersOf, type Span } from './owners.ts'
import { decodeTokens, Redactor, type DecodedToken } from './redact.ts'

type Pairs = readonly (readonly [string, string])[]

export interface Hop {
  /** The server's name, or `function`. */
  readonly party: string
  readonly title: string
  /** Milliseconds after the gateway got the request. */
  readonly startMilliseconds: number
  /** Null where no answer came before the gateway's. */
  readonly durationMilliseconds: number | null
  readonly status: number | null
  readonly note: string | null
  readonly request: { readonly line: string; readonly headers: Pairs; readonly body: string }
  readonly response: { readonly headers: Pairs; readonly body: string }
  /** Ids of the tokens in it. */
  readonly tokens: readonly string[]
  /** Nothing tells whose it is among calls at the same time, so each of them shows it. */
  readonly isShared: boolean
}

export interface RecordedCall {
  readonly id: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMilliseconds: number
  /** What the console sent; null for calls from elsewhere. */
  readonly sent: string | null
  readonly method: string
  readonly target: string
  readonly status: number | null
  /** Null where the function was not called. */
  readonly decision: Readonly<Record<string, unknown>> | null
  readonly explanation: Explanation
  /** Whom Oracle Integration saw; null where the call did not reach it. */
  readonly oicSaw: { readonly caller: string; readonly status: number } | null
  readonly hops: readonly Hop[]
  readonly tokens: readonly DecodedToken[]
  readonly functionLog: readonly string[]
  readonly gatewayLog: readonly string[]
  /** What was switched on at the call's end: `Vault refuses connections`. */
  readonly faults: readonly string[]
  /** Method and target of the calls that ran at the same time. */
  readonly overlaps: readonly string[]
  /** By the function's own code, just after the call; null until then, or if the function was not called. */
  readonly checks: CallChecks | null
}

export interface Explanation {
  readonly outcome: 'permit' | 'deny' | 'fault' | 'gateway'
  readonly reason: string
  readonly meaning: string
  readonly remedy: string
}

const KEPT_CALLS = 200
/** Calls that come faster than they can be checked are not. */
const MAX_UNCHECKED = 10
const MAX_BODY_CHARACTERS = 8000

export class Recorder implements StackObserver {
  readonly redactor = new Redactor()
  faults: () => readonly string[] = () => []
  readonly #calls: RecordedCall[] = []
  readonly #listeners = new Set<(call: RecordedCall) => void>()
  readonly #updateListeners = new Set<(call: RecordedCall) => void>()
  /** Judges what the gateway sent to the function, with the secrets in Vault or without them. */
  check: ((payload: string, hasSecrets: boolean) => Promise<CallChecks>) | undefined
  #unchecked = 0
  #checking: Promise<void> = Promise.resolve()
  readonly #open = new Set<Exchange>()
  /** The gateway's, since it was last idle. */
  #recent: Exchange[] = []
  readonly #labels = new Map<string, string>()
  #dependencies: { readonly party: string; readonly exchange: Exchange }[] = []
  #invocations: Invocation[] = []
  #stack: LocalStack | undefined
  #lastId = 0

  /** To be called once the stack runs. */
  attach(stack: LocalStack): void {
    this.#stack = stack
    const { registrations, providers, backends } = stack
    const clients = [
      ...Object.values(registrations),
      ...providers.flatMap((provider) => [...provider.clients, ...provider.users]),
      ...backends.flatMap(({ client }) => client ?? []),
    ]
    for (const each of clients) {
      if ('clientSecret' in each) this.redactor.hide(each.clientSecret)
      if ('password' in each) this.redactor.hide(each.password)
    }
    for (const [, secret] of backends.flatMap(({ secrets }) => secrets)) {
      this.redactor.hide(secret)
    }
  }

  /** Newest first. */
  get calls(): readonly RecordedCall[] {
    return this.#calls
  }

  onCall(listener: (call: RecordedCall) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** For what becomes known of a call later. */
  onUpdate(listener: (call: RecordedCall) => void): void {
    this.#updateListeners.add(listener)
  }

  /** The call with this `opc-request-id` is described so. */
  label(opcRequestId: string, text: string): void {
    this.#labels.set(opcRequestId, text)
  }

  exchange(server: string, exchange: Exchange): void {
    if (exchange.requestHeaders[OWN_REQUEST_HEADER] !== undefined) return
    const isEnd = exchange.endedAt !== undefined
    if (server !== 'gateway') {
      if (!isEnd) this.#dependencies.push({ party: server, exchange })
    } else if (isEnd) {
      // The function's last lines and Oracle Integration's record are complete by then.
      setImmediate(() => {
        this.#finish(exchange)
      })
    } else {
      this.#open.add(exchange)
      this.#recent.push(exchange)
    }
  }

  invocation(invocation: Invocation): void {
    if (invocation.endedAt === undefined) this.#invocations.push(invocation)
  }

  #finish(gateway: Exchange): void {
    this.#open.delete(gateway)
    const stack = this.#stack
    if (stack === undefined) return
    const end = gateway.endedAt ?? gateway.startedAt
    const requestId = String(gateway.responseHeaders['opc-request-id'] ?? '')
    const invocation = this.#invocations.find((each) => each.opcRequestId === requestId)
    const spans = this.#recent.map((each) => this.#spanOf(each))
    const own = spans[this.#recent.indexOf(gateway)]
    const inside = this.#dependencies.flatMap(({ party, exchange }) => {
      const owners = ownersOf(exchange, spans)
      return own !== undefined && owners.includes(own)
        ? [{ party, exchange, isShared: owners.length > 1 }]
        : []
    })
    const overlaps = this.#recent
      .filter((each) => each !== gateway && each.startedAt <= end)
      .filter((each) => (each.endedAt ?? Infinity) >= gateway.startedAt)
      .map(({ method, target }) => `${method} ${this.redactor.text(target)}`)
    if (this.#open.size === 0) {
      this.#dependencies = []
      this.#invocations = []
      this.#recent = []
    }
    const hop = (party: string, exchange: Exchange, title: string, isShared: boolean): Hop =>
      this.#hop({ party, exchange, title, zero: gateway.startedAt, isShared })
    const hops = [
      hop('gateway', gateway, 'Receives the call', false),
      ...(invocation === undefined ? [] : [this.#functionHop(invocation, gateway.startedAt)]),
      ...inside.map(({ party, exchange, isShared }) =>
        hop(party, exchange, titleOf(party, exchange), isShared),
      ),
    ].sort((one, other) => one.startMilliseconds - other.startMilliseconds)
    const decision =
      stack.authorizer
        .jsonLog()
        .find((line) => invocation !== undefined && line['call_id'] === invocation.callId) ?? null
    const gatewayLog = stack.gateway.executionLog.filter(
      (entry) => entry.opcRequestId === requestId,
    )
    const oic = inside.find(({ party }) => party === 'Oracle Integration')
    const texts = [
      textOf(gateway),
      invocation === undefined ? '' : invocation.requestBody + invocation.responseBody,
      ...inside.map(({ exchange }) => textOf(exchange)),
    ]
    const call: RecordedCall = {
      id: ++this.#lastId,
      startedAt: new Date(gateway.startedAt).toISOString(),
      durationMilliseconds: round(end - gateway.startedAt),
      sent: this.#labels.get(requestId) ?? null,
      method: gateway.method,
      target: this.redactor.text(gateway.target),
      status: gateway.status ?? null,
      decision,
      explanation: explain(
        decision,
        gateway.status ?? 0,
        gatewayLog.map(({ code }) => code),
      ),
      oicSaw: oic === undefined ? null : oicView(stack, oic.exchange),
      hops,
      tokens: decodeTokens(texts.join('\n')),
      functionLog: stack.authorizer.log
        .filter(({ line }) => invocation !== undefined && line.includes(invocation.callId))
        .map(({ line }) => this.redactor.text(line)),
      gatewayLog: gatewayLog.map(({ level, code, message }) => `${level} ${code}: ${message}`),
      faults: this.faults(),
      overlaps,
      checks: null,
    }
    this.#labels.delete(requestId)
    this.#calls.unshift(call)
    this.#calls.splice(KEPT_CALLS)
    for (const listener of this.#listeners) listener(call)
    if (invocation !== undefined) this.#addChecks(call, invocation.requestBody)
  }

  /** One call after the other: it makes requests to the same servers as the function. */
  #addChecks({ id, decision: made }: RecordedCall, payload: string): void {
    const { check } = this
    if (check === undefined || this.#unchecked >= MAX_UNCHECKED) return
    this.#unchecked += 1
    this.#checking = this.#checking
      .then(async () => {
        const found = await check(payload, made?.['reason'] !== 'secret_unavailable')
        const index = this.#calls.findIndex((call) => call.id === id)
        const call = this.#calls[index]
        if (call === undefined) return
        const checks = found.checks.map((each) => ({
          ...each,
          expected: this.redactor.value(each.expected),
          actual: this.redactor.value(each.actual),
        }))
        const checked = { ...call, checks: { ...found, checks } }
        this.#calls[index] = checked
        for (const listener of this.#updateListeners) listener(checked)
      })
      .catch(() => undefined)
      .finally(() => {
        this.#unchecked -= 1
      })
  }

  #spanOf(gateway: Exchange): Span {
    const requestId = String(gateway.responseHeaders['opc-request-id'] ?? '')
    const given = gateway.requestHeaders['opc-request-id']
    const invocation = this.#invocations.find(
      ({ opcRequestId }) => opcRequestId === requestId || opcRequestId === given,
    )
    return {
      requestId: requestId === '' ? String(given ?? '') : requestId,
      payload: invocation?.requestBody,
      startedAt: (invocation ?? gateway).startedAt,
      endedAt: (invocation ?? gateway).endedAt,
    }
  }

  #hop({ party, exchange, title, zero, isShared }: HopParts): Hop {
    return {
      party,
      title,
      startMilliseconds: round(exchange.startedAt - zero),
      durationMilliseconds:
        exchange.endedAt === undefined ? null : round(exchange.endedAt - exchange.startedAt),
      status: exchange.status ?? null,
      note: null,
      request: {
        line: `${exchange.method} ${this.redactor.text(exchange.target)}`,
        headers: this.redactor.headers(exchange.requestHeaders),
        body: this.#body(exchange.requestBody),
      },
      response: {
        headers: this.redactor.headers(exchange.responseHeaders),
        body: this.#body(exchange.responseBody),
      },
      tokens: decodeTokens(textOf(exchange)).map(({ id }) => id),
      isShared,
    }
  }

  #functionHop(invocation: Invocation, zero: number): Hop {
    const { startedAt, endedAt, status, requestBody, responseBody, isColdStart } = invocation
    return {
      party: 'function',
      title: 'Decides',
      startMilliseconds: round(startedAt - zero),
      durationMilliseconds: endedAt === undefined ? null : round(endedAt - startedAt),
      status: status ?? null,
      note: isColdStart ? 'cold start' : null,
      request: { line: 'POST /call', headers: [], body: this.#body(requestBody) },
      response: { headers: [], body: this.#body(responseBody) },
      tokens: decodeTokens(requestBody + responseBody).map(({ id }) => id),
      isShared: false,
    }
  }

  #body(text: string): string {
    return this.redactor.text(text).slice(0, MAX_BODY_CHARACTERS)
  }
}

interface HopParts {
  readonly party: string
  readonly exchange: Exchange
  readonly title: string
  /** When the call came, in milliseconds since 1970. */
  readonly zero: number
  readonly isShared: boolean
}

function round(milliseconds: number): number {
  const precision = milliseconds < 100 ? 10 : 1
  return Math.max(0, Math.round(milliseconds * precision) / precision)
}

function textOf({ requestHeaders, requestBody, responseBody }: Exchange): string {
  const { authorization = '' } = requestHeaders
  const credentials = authorization.startsWith('Signature ') ? '' : authorization
  return `${credentials}\n${decodeURIComponentSafely(requestBody)}\n${responseBody}`
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function titleOf(party: string, { target, requestBody }: Exchange): string {
  const path = target.split('?')[0] ?? ''
  const grant = new URLSearchParams(requestBody).get('grant_type')
  if (grant !== null) {
    return `Issues a token (${grant.replace('urn:ietf:params:oauth:grant-type:', '')})`
  }
  if (path.includes('secretbundles')) return `Reads secret ${path.split('.').at(-1) ?? ''}`
  if (path.includes('introspect')) return 'Introspects the caller’s token'
  if (/jwk|keys|certs/.test(path)) return 'Sends its keys'
  if (path.includes('.well-known')) return 'Sends its discovery document'
  return party === 'Oracle Integration' ? 'Runs the integration' : path
}

/** Oracle Integration's own record of the call. */
function oicView({ integration }: LocalStack, exchange: Exchange): RecordedCall['oicSaw'] {
  const seen = integration.requests.at(-1)
  if (seen === undefined || exchange.status === undefined) {
    return { caller: 'did not answer', status: exchange.status ?? 0 }
  }
  const { caller, status, refusal } = seen
  if (caller === undefined) return { caller: `refused: ${refusal ?? 'unknown'}`, status }
  if (caller.scheme === 'Basic') return { caller: `user ${caller.user} (Basic)`, status }
  const name =
    caller.subject === caller.client
      ? `client ${caller.client}`
      : `user ${caller.subject}, by client ${caller.client}`
  return { caller: name, status }
}

/** The reason's row of the table, or what the gateway did without asking the function. */
function explain(
  decision: Readonly<Record<string, unknown>> | null,
  status: number,
  codes: readonly string[],
): Explanation {
  const given = decision?.['reason']
  const reason = typeof given === 'string' ? given : ''
  const denial = Object.entries(DENIAL_REASONS).find(([name]) => name === reason)?.[1]
  const fault = Object.entries(FAULT_REASONS).find(([name]) => name === reason)?.[1]
  const permit = {
    meaning: 'The token is valid, and a credential for the backend is at hand.',
    remedy: '',
  }
  const row = denial ?? fault ?? (decision === null ? undefined : permit)
  if (row !== undefined && decision !== null) {
    const isScopeMissing = status === 403 && decision['outcome'] === 'permit'
    return {
      outcome: decision['outcome'] as Explanation['outcome'],
      reason: isScopeMissing ? `${reason}, then 403 by the gateway` : reason,
      meaning: isScopeMissing
        ? 'The function permits the call. The route’s `allowedScope` is not among the token’s scopes.'
        : row.meaning,
      remedy: isScopeMissing ? 'Ask for a token with the route’s scope.' : row.remedy,
    }
  }
  return { outcome: 'gateway', ...gatewayOutcome(status, codes) }
}

function gatewayOutcome(status: number, codes: readonly string[]) {
  if (codes.includes('customAuthentication.failedFunctionInvocation')) {
    return {
      reason: 'function_unreachable',
      meaning: 'The function gave no answer that the gateway can use, and logged no decision.',
      remedy: 'See the function’s log: it may have failed to start or run out of time.',
    }
  }
  if (codes.some((code) => code.startsWith('customAuthentication.'))) {
    return {
      reason: status === 403 ? 'gateway_cache, then 403 by the gateway' : 'gateway_cache',
      meaning: 'The gateway used the function’s earlier answer for this token.',
      remedy: 'Clear the gateway’s cache to have the function decide again.',
    }
  }
  if (status === 404) {
    return {
      reason: 'no_route',
      meaning: 'No deployment has this path.',
      remedy: 'Choose a route.',
    }
  }
  return {
    reason: 'function_not_asked',
    meaning: 'This deployment or route does not use the function.',
    remedy: '',
  }
}
