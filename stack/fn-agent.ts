/** Runs a built function like OCI Functions: starts, calls and stops its instances. */
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { serviceAnswers, type ServiceAnswer } from './fn/answers.ts'
import type { ContainerAnswer } from './fn/call.ts'
import { checkConfiguration, checkLimits } from './fn/environment.ts'
import { startInstance, type Instance, type InstanceView } from './fn/instance.ts'
import { jsonLines, type LogLine } from './fn/log.ts'

export interface FunctionSpec {
  functionId: string
  /** Path of the built `func.js`. */
  entry: string
  config: Readonly<Record<string, string>>
  /** One of OCI's sizes. Default 256. It is in the function's environment, but is not enforced. */
  memoryMegabytes?: number
  /** How long a call may run. Default 30, as on OCI. */
  timeoutSeconds?: number
  /** The maximum number of instances at a time. Default 10. */
  maxInstances?: number
  /** How long an instance may take to open its socket. Default 5, Fn's value. */
  initTimeoutSeconds?: number
  /** Path of the Node executable. Default: that of this process. */
  node?: string
  nodeArguments?: readonly string[]
  /** Variables that the platform sets: those of the resource principal. */
  platformEnvironment?: Readonly<Record<string, string>>
}

export interface InvokeOptions {
  callId?: string
  /**
   * `opc-request-id` of the service's caller, `customer/trace`. The function receives it with a new span
   * and without the prefix of other headers, as requests printed by functions behind a gateway show
   * (oracle-devrel/devo.tutorials, call-a-function-api-oci-clouddev.md).
   */
  opcRequestId?: string
  /** When the service aborts the call. Default: after the function's timeout, from the start of the call. */
  deadline?: Date
}

export interface InvokeResult {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  callId: string
  /** The container's own answer, if any. The service does not pass on that of a failure. */
  container: ContainerAnswer | undefined
}

export interface FnFunction {
  /** Answers like the Functions service; failures of the function do not reject. */
  invoke(body: Buffer | string, options?: InvokeOptions): Promise<InvokeResult>
  /** The output of the instances. Lines printed before an answer are here when `invoke` resolves. */
  readonly log: readonly LogLine[]
  /** The lines of standard output that are JSON objects. */
  jsonLog(): Record<string, unknown>[]
  /** All instances, including ended ones, in the order of their start. */
  readonly instances: readonly InstanceView[]
  /** Stops all idle instances, as Fn does 50 ms after a call. The next call thaws its instance. */
  freeze(): void
  thaw(): void
  /** Following calls use instances with the new configuration. Throws for a configuration that OCI rejects. */
  setConfig(config: Readonly<Record<string, string>>): Promise<void>
  /** Ends all instances. Running calls get the answer of a broken connection. */
  stop(): Promise<void>
}

/** Functions, "Troubleshooting": `FunctionInvokeRequestContentTooLarge`. */
const requestLimitBytes = 6 * 1024 * 1024
/** The agent ends a container that answers with another status (Fn container contract). */
const keptStatuses: readonly number[] = [200, 502, 504]

export function deployFunction(spec: FunctionSpec): FnFunction {
  const { memoryMegabytes = 256, timeoutSeconds = 30, maxInstances = 10 } = spec
  checkLimits(memoryMegabytes, timeoutSeconds)
  checkConfiguration(spec.config)

  let config = spec.config
  let stopped = false
  const log: LogLine[] = []
  const instances: Instance[] = []
  const outdated = new Set<Instance>()
  const waiting: (() => void)[] = []

  function start(): Instance {
    const instance = startInstance(
      {
        node: process.execPath,
        nodeArguments: [],
        platformEnvironment: {},
        initTimeoutSeconds: 5,
        ...spec,
        number: instances.length + 1,
        memoryMegabytes,
        config,
      },
      log,
    )
    instances.push(instance)
    return instance
  }

  function alive(): Instance[] {
    return instances.filter(({ state }) => state !== 'ended')
  }

  function unused(): Instance[] {
    return instances.filter(({ state }) => state === 'idle' || state === 'frozen')
  }

  /** An instance for this call only: a free one, else a new one, else the next free one. */
  async function acquire(latest: Date): Promise<Instance | ServiceAnswer> {
    while (!stopped) {
      const free = unused().find((instance) => !outdated.has(instance))
      if (free !== undefined) {
        free.take()
        return free
      }
      if (alive().length < maxInstances) return startForCall()
      if (!(await waitForTurn(latest))) break
    }
    return serviceAnswers.tooBusy
  }

  async function startForCall(): Promise<Instance | ServiceAnswer> {
    const instance = start()
    const outcome = await instance.started
    if (outcome === 'ready') return instance
    await finish(instance, false)
    return outcome === 'exited' ? serviceAnswers.startFailed : serviceAnswers.startTimedOut
  }

  /** Whether an instance became available before `latest`. */
  function waitForTurn(latest: Date): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(wake), 1)
        resolve(false)
      }, latest.getTime() - Date.now())
      waiting.push(wake)
    })
  }

  /** Releases or ends an instance after its call, and wakes the next waiting call. */
  async function finish(instance: Instance, keep: boolean): Promise<void> {
    if (keep && !outdated.has(instance)) instance.release()
    else await instance.end()
    waiting.shift()?.()
  }

  async function invoke(body: Buffer | string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const { opcRequestId } = options
    const call = {
      id: options.callId ?? newCallId(),
      body: Buffer.from(body),
      ...(opcRequestId !== undefined && { opcRequestId: `${opcRequestId}/${newCallId()}` }),
    }
    if (call.body.length > requestLimitBytes) return fail(call.id, serviceAnswers.requestTooLarge)
    const acquired = await acquire(options.deadline ?? secondsFromNow(timeoutSeconds))
    if ('code' in acquired) return fail(call.id, acquired)

    const deadline = options.deadline ?? secondsFromNow(timeoutSeconds)
    const outcome = await acquired.call({ ...call, deadline })
    // The output before the answer is in the pipes now; this turn of the event loop reads it.
    await nextTurn()
    const kept = outcome.kind === 'answered' && keptStatuses.includes(outcome.answer.status)
    await finish(acquired, kept)

    switch (outcome.kind) {
      case 'broken':
        return fail(call.id, serviceAnswers.connectionBroken)
      case 'timed_out':
        return fail(call.id, serviceAnswers.timedOut)
      case 'answered':
        return passOn(call.id, outcome.answer)
    }
  }

  return {
    invoke,
    log,
    jsonLog: () => jsonLines(log),
    instances,
    freeze: () => {
      for (const instance of instances) instance.freeze()
    },
    thaw: () => {
      for (const instance of instances) instance.thaw()
    },
    setConfig: async (next) => {
      checkConfiguration(next)
      config = next
      for (const instance of alive()) outdated.add(instance)
      await Promise.all(unused().map((instance) => finish(instance, false)))
    },
    stop: async () => {
      stopped = true
      for (const wake of waiting.splice(0)) wake()
      await Promise.all(alive().map((instance) => instance.end()))
    },
  }
}

/** The caller of the service gets the function's answer only on success. */
function passOn(callId: string, container: ContainerAnswer): InvokeResult {
  switch (container.status) {
    case 200:
      return { ...container, headers: endToEnd(container.headers, callId), callId, container }
    case 502:
      return fail(callId, serviceAnswers.functionFailed, container)
    case 504:
      return fail(callId, serviceAnswers.timedOut, container)
    default:
      return fail(callId, serviceAnswers.invalidStatus, container)
  }
}

function fail(callId: string, answer: ServiceAnswer, container?: ContainerAnswer): InvokeResult {
  const { status, code, message } = answer
  return {
    status,
    headers: { 'content-type': 'application/json', 'fn-call-id': callId },
    body: Buffer.from(JSON.stringify({ code, message })),
    callId,
    container,
  }
}

/** RFC 9110 §7.6.1: removes the headers of the connection to the container. */
function endToEnd(headers: IncomingHttpHeaders, callId: string): IncomingHttpHeaders {
  const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'upgrade']
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.includes(name))
  return { ...Object.fromEntries(kept), 'fn-call-id': callId }
}

/** The length and the characters of Fn's call IDs, which are ULIDs. */
function newCallId(): string {
  return randomBytes(13).toString('hex').toUpperCase()
}

function secondsFromNow(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000)
}
