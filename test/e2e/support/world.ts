/**
 * The function on its own: the built artifact as a process, among dependencies that speak their
 * protocols and that a test can change.
 */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { deployFunction, type FnFunction, type InvokeOptions } from '../../../stack/fn-agent.ts'
import {
  createResourcePrincipal,
  type ResourcePrincipal,
} from '../../../stack/resource-principal.ts'
import { jsonLines } from '../../../stack/fn/log.ts'
import { startVault, type Vault } from '../../../stack/vault.ts'
import { findingsIn } from './audit.ts'
import { opaqueToken, payloadOf, secondsFromNow } from './callers-tokens.ts'
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts'
import { readOutcome, type LogRecord, type Outcome } from './outcome.ts'

export const FUNCTION_ENTRY = fileURLToPath(new URL('../../../dist/func.js', import.meta.url))

/** With all the characters that trip careless encoders (RFC 6749 §2.3.1, appendix B). */
const TRICKY = '%+/:& ~é'

export const CLIENT_IDS = {
  introspection: 'introspection:client é',
  backEnd: 'back-end:client&id',
} as const

export const SECRET_OCIDS = {
  introspection: 'ocid1.vaultsecret.oc1.phx.introspection',
  backEnd: 'ocid1.vaultsecret.oc1.phx.backend',
} as const

export const AUDIENCE = 'https://api.example.com/'
export const ISSUER = 'https://identity.example.com/'
/** The claims of the usual caller. */
export const CALLER = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'alice',
  client_id: 'partner-a',
  scope: 'echo orders',
}
export const BACK_END_SCOPE =
  'https://0a1b.integration.us-phoenix-1.ocp.oraclecloud.com:443urn:opc:resource:consumer::all'

/** Of an answer or a token; undefined takes one out. */
export type Members = Readonly<Record<string, unknown>>

type Config = Readonly<Record<string, string>>
/** Keys of the function's configuration; undefined takes one out. */
export type ConfigChanges = Readonly<Record<string, string | undefined>>

export interface World {
  readonly introspection: ScriptedServer
  readonly tokenEndpoint: ScriptedServer
  readonly vault: Vault
  readonly principal: ResourcePrincipal
  readonly function: FnFunction
  readonly config: Config
  /** What the function gets from the platform: the configuration and the resource principal's variables. */
  readonly environment: Config
  readonly secrets: { readonly introspection: string; readonly backEnd: string }
  /**
   * Lets the next call meet a cold function, whose configuration has these changes until the reset,
   * and dependencies that remember no request.
   */
  start(changes?: ConfigChanges): Promise<void>
  /** The same for all tests to come, until it is called again: what resets go back to. */
  configure(changes: ConfigChanges): Promise<void>
  /** Sends the bytes as the gateway would. Throws when answer and log do not tell the same. */
  call(payload: Buffer | string, options?: InvokeOptions): Promise<Outcome>
  /** The multi-argument payload with this token; without one, a good one is made. */
  decide(token?: string, options?: InvokeOptions): Promise<Outcome>
  /** The same with these arguments of the gateway. */
  callWith(data: object, options?: InvokeOptions): Promise<Outcome>
  /** The verdict alone. */
  verdict(token?: string): Promise<string>
  /** The verdicts on these tokens, one call after the other. */
  verdicts(tokens: Iterable<string>): Promise<string[]>
  /** The lines since the last start: all of them, or those with this event. */
  logged(event?: string): LogRecord[]
  /** The introspection endpoint's good answer, with these members. */
  activeAnswer(members?: Members): Record<string, unknown>
  /** The token endpoint's good answer, each with another token. */
  tokenAnswer(members?: Members): Record<string, unknown>
  /** From here on, this text must not be printed by the function. */
  keepSecret(text: string): string
  /** How many requests any dependency saw since the last start or reset. */
  requestCount(): number
  /** Ends a test: throws if anything was printed that may not be; the defaults are back. */
  reset(): Promise<void>
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const kept = new Set<string>()
  const keepSecret = (text: string): string => {
    kept.add(text)
    return text
  }
  const newSecret = (): string => keepSecret(`${randomBytes(12).toString('base64url')}${TRICKY}`)
  const secrets = { introspection: newSecret(), backEnd: newSecret() }
  keepSecret(basicCredentials('introspection', secrets.introspection))
  keepSecret(basicCredentials('backEnd', secrets.backEnd))

  // What endpoints answer stays out of the log as well.
  const marker = keepSecret(`marker-${randomBytes(8).toString('hex')}`)
  const activeAnswer: World['activeAnswer'] = (members = {}) => ({
    active: true,
    ...CALLER,
    token_type: 'Bearer',
    exp: secondsFromNow(1800),
    note: marker,
    ...members,
  })
  const tokenAnswer: World['tokenAnswer'] = (members = {}) => ({
    access_token: keepSecret(`back-end-token-${randomBytes(12).toString('hex')}`),
    token_type: 'Bearer',
    expires_in: 3600,
    note: marker,
    ...members,
  })
  const introspection = await startScriptedServer(() => ({ body: activeAnswer() }))
  const tokenEndpoint = await startScriptedServer(() => ({ body: tokenAnswer() }))
  const principal = await createResourcePrincipal()
  const vault = await startVault({ trust: [principal] })
  const restoreSecrets = (): void => {
    vault.addSecret(SECRET_OCIDS.introspection, secrets.introspection)
    vault.addSecret(SECRET_OCIDS.backEnd, secrets.backEnd)
  }
  restoreSecrets()

  const config = {
    audience: AUDIENCE,
    idcs_introspection_endpoint: `${introspection.url}/oauth2/v1/introspect`,
    idcs_app_client_id: CLIENT_IDS.introspection,
    idcs_app_client_secret_ocid: SECRET_OCIDS.introspection,
    back_end_token_endpoint: `${tokenEndpoint.url}/oauth2/v1/token`,
    back_end_app_client_id: CLIENT_IDS.backEnd,
    back_end_client_secret_ocid: SECRET_OCIDS.backEnd,
    back_end_scope: BACK_END_SCOPE,
    vault_secrets_endpoint: vault.url,
  }
  const fn = deployFunction({
    functionId: 'ocid1.fnfunc.oc1.phx.test',
    entry: FUNCTION_ENTRY,
    config,
    platformEnvironment: principal.environment,
  })

  let usual: Config = config
  let isChanged = false
  let linesAudited = 0
  let linesBeforeStart = 0
  let vaultRequestsBefore = 0

  /** What the instances so far have begun is over then, and the dependencies forget it. */
  const renew = async (next: Config): Promise<void> => {
    await fn.setConfig(next)
    linesBeforeStart = fn.log.length
    await Promise.all([introspection, tokenEndpoint, vault].map((server) => server.drained()))
    introspection.forget()
    tokenEndpoint.forget()
    vaultRequestsBefore = vault.requests.length
  }

  const call: World['call'] = async (payload, options) => {
    const linesBefore = fn.log.length
    const result = await fn.invoke(payload, options)
    return readOutcome(result, jsonLines(fn.log.slice(linesBefore)))
  }
  const callWith: World['callWith'] = (data, options) => call(payloadOf(data), options)
  const decide: World['decide'] = (token = opaqueToken(), options) =>
    callWith({ token: `Bearer ${keepSecret(token)}` }, options)
  const verdict: World['verdict'] = async (token) => (await decide(token)).verdict

  return {
    introspection,
    tokenEndpoint,
    vault,
    principal,
    function: fn,
    config,
    environment: { ...principal.environment, ...config },
    secrets,
    activeAnswer,
    tokenAnswer,
    keepSecret,
    call,
    callWith,
    decide,
    verdict,
    verdicts: async (tokens) => {
      const verdicts: string[] = []
      for (const token of tokens) verdicts.push(await verdict(token))
      return verdicts
    },
    logged: (event) =>
      jsonLines(fn.log.slice(linesBeforeStart)).filter(
        (line) => event === undefined || line['event'] === event,
      ),
    start: async (changes = {}) => {
      isChanged = Object.keys(changes).length > 0
      await renew(changed(usual, changes))
    },
    configure: async (changes) => {
      usual = changed(config, changes)
      await renew(usual)
    },
    requestCount: () =>
      introspection.requests.length +
      tokenEndpoint.requests.length +
      (vault.requests.length - vaultRequestsBefore),
    reset: async () => {
      const lines = fn.log.slice(linesAudited)
      linesAudited = fn.log.length
      introspection.reset()
      tokenEndpoint.reset()
      vault.failWith(undefined)
      restoreSecrets()
      vaultRequestsBefore = vault.requests.length
      if (isChanged) await renew(usual)
      isChanged = false
      const findings = findingsIn(lines, kept)
      if (fn.instances.some(({ exitCode }) => exitCode !== null)) findings.push('a process exited')
      if (findings.length > 0) throw new Error(findings.join('\n'))
    },
    close: async () => {
      await fn.stop()
      await Promise.all([introspection.close(), tokenEndpoint.close(), vault.close()])
      principal.remove()
    },
  }
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they become Basic credentials. */
export function basicCredentials(client: keyof typeof CLIENT_IDS, secret: string): string {
  const parts = [CLIENT_IDS[client], secret].map((text) => new URLSearchParams({ '': text }))
  const joined = parts.map((part) => part.toString().slice(1)).join(':')
  return Buffer.from(joined).toString('base64')
}

/** The configuration with these changes. */
export function changed(config: Config, changes: ConfigChanges): Config {
  const entries = Object.entries({ ...config, ...changes })
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}
