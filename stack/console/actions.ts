/** What can be done from the console. */
import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { IdentityDomain } from '../identity/identity-domain.ts'
import { SERVER_FAULTS, type ServerFault } from '../listen.ts'
import type { LocalStack } from '../local-stack.ts'
import { SECRET_OCIDS } from '../registrations.ts'
import type { CallChecks, JudgeCall } from './checks.ts'
import { DEFECTS, deskCallers, withDefect, type Defect } from './desk.ts'
import type { RecordedCall, Recorder } from './recorder.ts'

export interface ConsoleState {
  readonly gateway: string
  readonly callers: readonly CallerChoice[]
  readonly defects: readonly Choice[]
  readonly routes: readonly RouteChoice[]
  readonly servers: readonly {
    readonly name: string
    readonly url: string
    readonly fault: ServerFault | null
  }[]
  readonly faults: readonly Choice[]
  readonly keys: readonly Choice[]
  readonly secrets: readonly Choice[]
  readonly instances: readonly { readonly number: number; readonly state: string }[]
  readonly configuration: string
}

export interface Choice {
  readonly id: string
  readonly label: string
}

/** Whether the running configuration accepts this caller's tokens. */
export interface CallerChoice extends Choice {
  /** Null if it is not known, or says nothing, as for a token of one's own. */
  readonly verdict: Pick<CallChecks, 'outcome' | 'reason' | 'meaning' | 'remedy'> | null
}

export interface RouteChoice {
  readonly methods: readonly string[]
  readonly path: string
  readonly note: string
}

/** Throws an `Error` whose message is for the user. */
export type Action = (fields: Readonly<Record<string, unknown>>) => Promise<unknown>

export interface ConsoleActions {
  state(): ConsoleState
  /** For changes that no action awaits. */
  onChange(listener: () => void): void
  /** Resolves when each caller's verdict is known. */
  readonly ready: Promise<void>
  readonly byPath: ReadonlyMap<string, Action>
}

/** How a text becomes the function's configuration, with the report of `check-config`. */
export type ReadConfiguration = (text: string) => {
  readonly values: Readonly<Record<string, string>>
  readonly report: string
}

/** A client secret that two sides have to agree on. */
interface SharedSecret {
  readonly clientId: string
  readonly ocid: string
  readonly domain: IdentityDomain
}

const FAULT_LABELS: Readonly<Record<ServerFault, string>> = {
  refuse: 'refuses connections',
  unavailable: 'answers 503',
  slow: 'answers after 3 s',
  silent: 'never answers',
}

export const OWN_TOKEN = 'own'
const NOBODY = 'nobody'

export function createActions(
  stack: LocalStack,
  recorder: Recorder,
  routes: readonly RouteChoice[],
  readConfiguration: ReadConfiguration,
  judgeCall: JudgeCall,
): ConsoleActions {
  const faults = new Map<string, ServerFault>()
  const callers = deskCallers(stack)
  const secrets = sharedSecrets(stack)
  let configuration: Readonly<Record<string, string>> = stack.config

  const verdicts = new Map<string, CallChecks>()
  const listeners = new Set<() => void>()
  recorder.check = (payload, hasSecrets) => judgeCall(configuration, { payload, hasSecrets })

  /** With a good token of each caller. An earlier configuration's verdict comes too late. */
  const judgeCallers = async (): Promise<void> => {
    const judged = configuration
    verdicts.clear()
    await Promise.all(
      callers.map(async (caller) => {
        try {
          const verdict = await judgeCall(judged, { token: await caller.token(), hasSecrets: true })
          if (judged === configuration) verdicts.set(caller.id, verdict)
        } catch {
          // Its provider is switched off.
        }
      }),
    )
    for (const listener of listeners) listener()
  }

  recorder.faults = () => [...faults].map(([name, fault]) => `${name} ${FAULT_LABELS[fault]}`)

  const send: Action = async (fields) => {
    const callerId = text(fields, 'caller')
    const defect = text(fields, 'defect') as Defect
    if (!Object.hasOwn(DEFECTS, defect)) throw new Error('There is no such defect.')
    const caller = callers.find(({ id }) => id === callerId)
    const label = caller?.label ?? (callerId === OWN_TOKEN ? 'own token' : 'no token')
    const authorizations =
      callerId === NOBODY
        ? []
        : await withDefect(
            callerId === OWN_TOKEN
              ? text(fields, 'token')
                  .trim()
                  .replace(/^Bearer /i, '')
              : await tokenOf(caller),
            defect,
            caller?.provider,
          )
    const requestId = `console-${randomBytes(8).toString('hex')}`
    const description =
      defect === 'none' || callerId === NOBODY
        ? label
        : `${label}; ${DEFECTS[defect].toLowerCase()}`
    recorder.label(requestId, description)
    const recorded = new Promise<RecordedCall>((resolve) => {
      const stop = recorder.onCall((call) => {
        if (call.sent !== description) return
        stop()
        resolve(call)
      })
    })
    await call(stack, {
      method: text(fields, 'method'),
      path: text(fields, 'path'),
      authorizations,
      requestId,
    })
    return recorded
  }

  const setFault: Action = async (fields) => {
    const name = text(fields, 'server')
    const fault = SERVER_FAULTS.find((each) => each === fields['fault'])
    const server = stack.servers.get(name)
    if (server === undefined || name === 'gateway') throw new Error('There is no such server.')
    await server.setFault(fault)
    if (fault === undefined) faults.delete(name)
    else faults.set(name, fault)
  }

  const rotateKey: Action = (fields) => {
    const { domain, entra } =
      keyOwners(stack).find(({ name }) => name === text(fields, 'key')) ?? {}
    domain?.rotateSigningKey()
    entra?.rotateSigningKey()
    return Promise.resolve()
  }

  const rotateSecret: Action = (fields) => {
    const secret = secrets.find(({ clientId }) => clientId === text(fields, 'secret'))
    if (secret === undefined) throw new Error('There is no such secret.')
    const where = text(fields, 'where')
    const next = `rotated-${randomBytes(9).toString('base64url')}`
    recorder.redactor.hide(next)
    if (where !== 'provider') stack.vault.rotate(secret.ocid, next)
    if (where !== 'vault') secret.domain.setClientSecret(secret.clientId, next)
    return Promise.resolve()
  }

  const controlFunction: Action = async (fields) => {
    switch (text(fields, 'action')) {
      case 'freeze':
        stack.authorizer.freeze()
        break
      case 'thaw':
        stack.authorizer.thaw()
        break
      case 'restart':
        await stack.authorizer.setConfig(configuration)
        break
      default:
        throw new Error('There is no such action.')
    }
  }

  const configure: Action = async (fields) => {
    const { values, report } = readConfiguration(text(fields, 'configuration'))
    await stack.authorizer.setConfig(values)
    configuration = values
    stack.gateway.clearResultCache()
    void judgeCallers()
    return { report }
  }

  return {
    ready: judgeCallers(),
    onChange: (listener) => {
      listeners.add(listener)
    },
    state: () => ({
      gateway: stack.gateway.url,
      callers: [
        ...callers.map(({ id, label }) => ({ id, label, verdict: verdictOf(verdicts.get(id)) })),
        { id: NOBODY, label: 'nobody: no token', verdict: null },
        { id: OWN_TOKEN, label: 'a token of your own', verdict: null },
      ],
      defects: Object.entries(DEFECTS).map(([id, label]) => ({ id, label })),
      routes,
      servers: [...stack.servers]
        .filter(([name]) => name !== 'gateway')
        .map(([name, { url }]) => ({ name, url, fault: faults.get(name) ?? null })),
      faults: SERVER_FAULTS.map((id) => ({ id, label: FAULT_LABELS[id] })),
      keys: keyOwners(stack).map(({ name }) => ({ id: name, label: name })),
      secrets: secrets.map(({ clientId, domain }) => ({
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
      ['/api/send', send],
      ['/api/fault', setFault],
      ['/api/rotate-key', rotateKey],
      ['/api/rotate-secret', rotateSecret],
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

async function tokenOf(
  caller: ReturnType<typeof deskCallers>[number] | undefined,
): Promise<string> {
  if (caller === undefined) throw new Error('There is no such caller.')
  try {
    return await caller.token()
  } catch {
    throw new Error(`${caller.provider.name} gives out no token now. Is it switched off?`)
  }
}

function keyOwners({ providers, oicDomain }: LocalStack) {
  return [
    ...providers.map(({ name, domain, entra }) => ({ name, domain, entra })),
    { name: 'OIC’s identity domain', domain: oicDomain, entra: undefined },
  ]
}

function sharedSecrets(stack: LocalStack): readonly SharedSecret[] {
  const { registrations, callers, oicDomain, backends, config } = stack
  if (backends.length > 0) {
    return backends.flatMap(({ plan, client }) =>
      plan.client === undefined || plan.authenticatesByKey || client === undefined
        ? []
        : [{ clientId: client.clientId, ocid: plan.client.secretOcid, domain: oicDomain }],
    )
  }
  return config['authorizer_config'] === undefined
    ? [
        {
          clientId: registrations.introspector.clientId,
          ocid: SECRET_OCIDS.introspection,
          domain: callers,
        },
        {
          clientId: registrations.oicInvoker.clientId,
          ocid: SECRET_OCIDS.backend,
          domain: oicDomain,
        },
      ]
    : []
}

interface Outgoing {
  readonly method: string
  readonly path: string
  readonly authorizations: readonly string[]
  readonly requestId: string
}

/** Not `fetch`, which joins headers of the same name. */
function call({ gateway }: LocalStack, outgoing: Outgoing): Promise<void> {
  const { method, path, authorizations, requestId } = outgoing
  if (!/^\/[\x21-\x7e]*$/.test(path)) throw new Error('The path begins with / and has no blanks.')
  if (!/^[A-Z]+$/.test(method)) throw new Error('The method is unknown.')
  return new Promise((resolve, reject) => {
    const request = httpRequest(gateway.url + path, {
      method,
      agent: false,
      headers: [
        ...authorizations.flatMap((value) => ['Authorization', value]),
        ...['opc-request-id', requestId],
        ...['Host', new URL(gateway.url).host],
      ],
    })
    request.once('error', reject)
    request.once('response', (response) => {
      response.resume().once('end', () => {
        resolve()
      })
    })
    request.end()
  })
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`${name} is missing.`)
  return value
}
