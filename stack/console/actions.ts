/** The actions of the console. */
import { SERVER_FAULTS, type ServerFault } from '../listen.ts'
import type { LocalStack } from '../local-stack.ts'
import { text, type Action } from './action.ts'
import type { CallChecks, CheckCall } from './checks.ts'
import { DEFECTS, consoleCallers } from './callers.ts'
import type { Recorder } from './recorder.ts'
import { createRotations } from './rotations.ts'
import { createSend, OTHER_CALLERS } from './send.ts'
import type { CallerChoice, ConsoleState, RouteChoice } from './state.ts'

export interface ConsoleActions {
  state(): ConsoleState
  /** Calls the listener for changes that no action awaits. */
  onChange(listener: () => void): void
  /** Resolves when all callers were checked. */
  readonly ready: Promise<void>
  readonly byPath: ReadonlyMap<string, Action>
}

/** Parses a configuration, and returns it with the report of `check-config`. */
export type ReadConfiguration = (text: string) => {
  readonly values: Readonly<Record<string, string>>
  readonly report: string
}

const FAULT_LABELS: Readonly<Record<ServerFault, string>> = {
  refuse: 'refuses connections',
  unavailable: 'answers 503',
  slow: 'answers after 3 s',
  silent: 'never answers',
}

export function createActions(
  stack: LocalStack,
  recorder: Recorder,
  routes: readonly RouteChoice[],
  readConfiguration: ReadConfiguration,
  checkCall: CheckCall,
): ConsoleActions {
  const faults = new Map<string, ServerFault>()
  const callers = consoleCallers(stack)
  const rotations = createRotations(stack, recorder)
  let configuration: Readonly<Record<string, string>> = stack.config

  const verdicts = new Map<string, CallChecks>()
  const listeners = new Set<() => void>()
  recorder.check = (payload, hasSecrets) => checkCall(configuration, { payload, hasSecrets })

  /** Checks a valid token of each caller. Results for an earlier configuration are discarded. */
  const checkCallers = async (): Promise<void> => {
    const checked = configuration
    verdicts.clear()
    await Promise.all(
      callers.map(async (caller) => {
        try {
          const verdict = await checkCall(checked, {
            token: await caller.token(),
            hasSecrets: true,
          })
          if (checked === configuration) verdicts.set(caller.id, verdict)
        } catch {
          // The provider is down.
        }
      }),
    )
    for (const listener of listeners) listener()
  }

  recorder.faults = () => [...faults].map(([name, fault]) => `${name} ${FAULT_LABELS[fault]}`)

  const setFault: Action = async (fields) => {
    const name = text(fields, 'server')
    const fault = SERVER_FAULTS.find((each) => each === fields['fault'])
    const server = stack.servers.get(name)
    if (server === undefined || name === 'gateway') throw new Error('There is no such server.')
    await server.setFault(fault)
    if (fault === undefined) faults.delete(name)
    else faults.set(name, fault)
  }

  const controlFunction: Action = async (fields) => {
    const action = text(fields, 'action')
    if (action === 'freeze') stack.authorizer.freeze()
    else if (action === 'thaw') stack.authorizer.thaw()
    else if (action === 'restart') await stack.authorizer.setConfig(configuration)
    else throw new Error('There is no such action.')
  }

  const configure: Action = async (fields) => {
    const { values, report } = readConfiguration(text(fields, 'configuration'))
    await stack.authorizer.setConfig(values)
    configuration = values
    stack.gateway.clearResultCache()
    void checkCallers()
    return { report }
  }

  return {
    ready: checkCallers(),
    onChange: (listener) => {
      listeners.add(listener)
    },
    state: () => ({
      gateway: stack.gateway.url,
      callers: [
        ...callers.map(({ id, label }) => ({ id, label, verdict: verdictOf(verdicts.get(id)) })),
        ...OTHER_CALLERS,
      ],
      defects: Object.entries(DEFECTS).map(([id, label]) => ({ id, label })),
      routes,
      servers: [...stack.servers]
        .filter(([name]) => name !== 'gateway')
        .map(([name, { url }]) => ({ name, url, fault: faults.get(name) ?? null })),
      faults: SERVER_FAULTS.map((id) => ({ id, label: FAULT_LABELS[id] })),
      keys: rotations.owners.map(({ name }) => ({ id: name, label: name })),
      secrets: rotations.secrets.map(({ clientId, domain }) => ({
        id: clientId,
        label: `${clientId} at ${domain.name}`,
      })),
      instances: stack.authorizer.instances
        .filter(({ state }) => state !== 'ended')
        .map(({ number, state }) => ({ number, state })),
      configuration: Object.entries(configuration)
        .map(([key, value]) => `${key}=${value}`)
        .join('\n'),
    }),
    byPath: new Map<string, Action>([
      ['/api/send', createSend(stack, recorder, callers)],
      ['/api/fault', setFault],
      ['/api/rotate-key', rotations.rotateKey],
      ['/api/rotate-secret', rotations.rotateSecret],
      ['/api/function', controlFunction],
      ['/api/configuration', configure],
      [
        '/api/clear-cache',
        () => {
          stack.gateway.clearResultCache()
          return Promise.resolve()
        },
      ],
    ]),
  }
}

function verdictOf(checks: CallChecks | undefined): CallerChoice['verdict'] {
  if (checks === undefined) return null
  const { outcome, reason, meaning, remedy } = checks
  return { outcome, reason, meaning, remedy }
}
