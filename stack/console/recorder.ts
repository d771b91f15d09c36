/** Combines the records of all parts of the stack for each call of the gateway. */
import { EventEmitter } from 'node:events'
import { OWN_REQUEST_HEADER, type Exchange } from '../listen.ts'
import type { LocalStack } from '../local-stack.ts'
import type { Invocation, StackObserver } from '../observer.ts'
import type { CallChecks } from './checks.ts'
import { explain } from './explanation.ts'
import { hopOf, oicView, round, textOf, titleOf, type Step } from './hops.ts'
import { ownersOf, type Span } from './owners.ts'
import type { RecordedCall } from './recorded-call.ts'
import { decodeTokens, Redactor } from './redact.ts'

const KEPT_CALLS = 200
/** While so many calls wait for their checks, further calls are not checked. */
const MAX_UNCHECKED = 10

function stepOf(exchange: Invocation): Omit<Step, 'zero'> {
  const note = exchange.isColdStart ? { note: 'cold start' } : {}
  return { party: 'function', exchange, title: 'Decides', ...note }
}

interface Awaited {
  readonly sent: string
  readonly resolve: (call: RecordedCall) => void
}

interface RecorderEvents {
  call: [RecordedCall]
  /** The call with the results of its checks. */
  update: [RecordedCall]
}

export class Recorder extends EventEmitter<RecorderEvents> implements StackObserver {
  readonly redactor = new Redactor()
  faults: () => readonly string[] = () => []
  readonly #calls: RecordedCall[] = []
  /** Checks the function's payload, with the secrets in Vault or without them. */
  check: ((payload: string, hasSecrets: boolean) => Promise<CallChecks>) | undefined
  #unchecked = 0
  #checking: Promise<void> = Promise.resolve()
  readonly #open = new Set<Exchange>()
  /** The gateway's exchanges since it was last idle. */
  #recent: Exchange[] = []
  readonly #awaited = new Map<string, Awaited>()
  #dependencies: { readonly party: string; readonly exchange: Exchange }[] = []
  #invocations: Invocation[] = []
  #stack: LocalStack | undefined
  #lastId = 0

  /** Call it when the stack is running. */
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

  /** Resolves to the record of the call with this `opc-request-id` (`customer/trace`), described as `sent`. */
  recordOf(opcRequestId: string, sent: string): Promise<RecordedCall> {
    return new Promise((resolve) => {
      this.#awaited.set(opcRequestId, { sent, resolve })
    })
  }

  exchange(server: string, exchange: Exchange): void {
    if (exchange.requestHeaders[OWN_REQUEST_HEADER] !== undefined) return
    const isEnd = exchange.endedAt !== undefined
    if (server !== 'gateway') {
      if (!isEnd) this.#dependencies.push({ party: server, exchange })
    } else if (isEnd) {
      // Then the function's log and Oracle Integration's record are complete.
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
    const returnedId = String(gateway.responseHeaders['opc-request-id'] ?? '')
    const requestId = withoutSpan(returnedId)
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
    const steps: Omit<Step, 'zero'>[] = [
      { party: 'gateway', exchange: gateway, title: 'Receives the call' },
      ...(invocation === undefined ? [] : [stepOf(invocation)]),
      ...inside.map((each) => ({ ...each, title: titleOf(each.party, each.exchange) })),
    ]
    const hops = steps
      .map((step) => hopOf({ ...step, zero: gateway.startedAt }, this.redactor))
      .sort((one, other) => one.startMilliseconds - other.startMilliseconds)
    const decision =
      stack.authorizer
        .jsonLog()
        .find((line) => invocation !== undefined && line['call_id'] === invocation.callId) ?? null
    const gatewayLog = stack.gateway.executionLog.filter(
      (entry) => entry.opcRequestId === returnedId,
    )
    const oic = inside.find(({ party }) => party === 'Oracle Integration')
    const awaited = this.#awaited.get(requestId)
    const call: RecordedCall = {
      id: ++this.#lastId,
      startedAt: new Date(gateway.startedAt).toISOString(),
      durationMilliseconds: round(end - gateway.startedAt),
      sent: awaited?.sent ?? null,
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
      tokens: decodeTokens(steps.map(({ exchange }) => textOf(exchange)).join('\n')),
      functionLog: stack.authorizer.log
        .filter(({ line }) => invocation !== undefined && line.includes(invocation.callId))
        .map(({ line }) => this.redactor.text(line)),
      gatewayLog: gatewayLog.map(({ level, code, message }) => `${level} ${code}: ${message}`),
      faults: this.faults(),
      overlaps,
      checks: null,
    }
    this.#awaited.delete(requestId)
    this.#calls.unshift(call)
    this.#calls.splice(KEPT_CALLS)
    this.emit('call', call)
    awaited?.resolve(call)
    if (invocation !== undefined) this.#addChecks(call, invocation.requestBody)
  }

  /** One call at a time, because the checks send requests to the same servers as the function. */
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
        this.emit('update', checked)
      })
      .catch(() => undefined)
      .finally(() => {
        this.#unchecked -= 1
      })
  }

  #spanOf(gateway: Exchange): Span {
    // Before the response, only the caller’s own ID is known.
    const requestId = withoutSpan(
      String(
        gateway.responseHeaders['opc-request-id'] ?? gateway.requestHeaders['opc-request-id'] ?? '',
      ),
    )
    const invocation = this.#invocations.find(({ opcRequestId }) => opcRequestId === requestId)
    return {
      requestId,
      payload: invocation?.requestBody,
      startedAt: (invocation ?? gateway).startedAt,
      endedAt: (invocation ?? gateway).endedAt,
    }
  }
}

/** `customer/trace` of `customer/trace/span`: the part that the function and the back end receive. */
function withoutSpan(requestId: string): string {
  return requestId.split('/').slice(0, 2).join('/')
}
