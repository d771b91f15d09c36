/** The built function as a process, and fake dependencies that each test can change. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { deployFunction, type InvokeOptions } from '../../../stack/fn-agent.ts'
import { createResourcePrincipal } from '../../../stack/resource-principal.ts'
import { jsonLines } from '../../../stack/fn/log.ts'
import { startVault } from '../../../stack/vault.ts'
import { auditLines } from './audit.ts'
import { startScriptedServer } from './scripted-server.ts'
import { readOutcome, type LogRecord, type Outcome } from './outcome.ts'
import {
  AUDIENCE,
  CALLER_CLAIMS,
  opaqueToken,
  payloadOf,
  secondsFromNow,
  type Members,
} from './tokens.ts'

export const FUNCTION_ENTRY = fileURLToPath(new URL('../../../dist/func.js', import.meta.url))

export const PERMIT = 'permit permitted'

/** Characters that need encoding (RFC 6749 §2.3.1, appendix B). */
const SPECIAL_CHARACTERS = '%+/:& ~é'

export const CLIENT_IDS = {
  introspection: 'introspection:client é',
  backEnd: 'back-end:client&id',
} as const

export const SECRET_OCIDS = {
  introspection: 'ocid1.vaultsecret.oc1.phx.introspection',
  backEnd: 'ocid1.vaultsecret.oc1.phx.backend',
} as const

export const BACK_END_SCOPE =
  'https://0a1b.integration.us-phoenix-1.ocp.oraclecloud.com:443urn:opc:resource:consumer::all'

type Config = Readonly<Record<string, string>>
/** Keys of the function's configuration. Undefined removes a default one. */
export type ConfigChanges = Readonly<Record<string, string | undefined>>

export type Harness = Awaited<ReturnType<typeof startHarness>>

export async function startHarness() {
  const secretTexts = new Set<string>()
  /** The function must not print this text from now on. */
  const registerSecret = (text: string): string => {
    secretTexts.add(text)
    return text
  }
  const randomText = (prefix: string): string => `${prefix}${randomBytes(12).toString('hex')}`
  const secrets = {
    introspection: registerSecret(randomText('') + SPECIAL_CHARACTERS),
    backEnd: registerSecret(randomText('') + SPECIAL_CHARACTERS),
  }
  registerSecret(basicCredentials('introspection', secrets.introspection))
  registerSecret(basicCredentials('backEnd', secrets.backEnd))

  // The log must not contain unknown members of responses either.
  const note = registerSecret(randomText('note-'))
  /** An introspection response for a valid token, with these members. */
  const activeAnswer = (members: Members = {}): Record<string, unknown> => ({
    active: true,
    ...CALLER_CLAIMS,
    token_type: 'Bearer',
    exp: secondsFromNow(1800),
    note,
    ...members,
  })
  /** A valid response of the token endpoint with a new token, with these members. */
  const tokenAnswer = (members: Members = {}): Record<string, unknown> => ({
    access_token: registerSecret(randomText('back-end-token-')),
    token_type: 'Bearer',
    expires_in: 3600,
    note,
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

  let baseConfig: Config = config
  let isBaseConfig = true
  let auditedLines = 0
  let linesBeforeStart = 0
  let vaultRequestsBefore = 0

  /** Ends the running instances, and waits until the dependencies have handled their requests. */
  const replaceInstances = async (next: Config): Promise<void> => {
    await fn.setConfig(next)
    linesBeforeStart = fn.log.length
    await Promise.all([introspection, tokenEndpoint, vault].map((server) => server.drained()))
    introspection.clearRequests()
    tokenEndpoint.clearRequests()
    vaultRequestsBefore = vault.requests.length
  }

  /** Sends the bytes as the gateway does. Throws if response and log line do not agree. */
  const call = async (payload: Buffer | string, options?: InvokeOptions): Promise<Outcome> => {
    const linesBefore = fn.log.length
    const result = await fn.invoke(payload, options)
    return readOutcome(result, jsonLines(fn.log.slice(linesBefore)))
  }
  /** Calls with the multi-argument payload and these arguments. */
  const callWith = (data: object, options?: InvokeOptions) => call(payloadOf(data), options)
  /** Calls with this token; by default with a new opaque one. */
  const decide = (token = opaqueToken(), options?: InvokeOptions) =>
    callWith({ token: `Bearer ${registerSecret(token)}` }, options)
  const verdict = async (token?: string): Promise<string> => (await decide(token)).verdict
  const detailedVerdict = async (token?: string): Promise<string> =>
    (await decide(token)).detailedVerdict
  /** The next call is a cold start with these changes of the configuration, until the reset. */
  const start = async (changes: ConfigChanges = {}): Promise<void> => {
    isBaseConfig = Object.keys(changes).length === 0
    await replaceInstances(changed(baseConfig, changes))
  }
  /** Introspection responds with `active: true` and these members from now on. */
  const respondActive = (members: Members): void => {
    introspection.replyWith({ body: activeAnswer(members) })
  }

  return {
    introspection,
    tokenEndpoint,
    vault,
    principal,
    function: fn,
    config,
    /** What the platform passes to the function: configuration and resource principal. */
    environment: { ...principal.environment, ...config },
    secrets,
    activeAnswer,
    tokenAnswer,
    registerSecret,
    call,
    callWith,
    decide,
    verdict,
    detailedVerdict,
    start,
    respondActive,
    /** Decides on a token that introspection describes with these members. */
    decideActive: (members: Members, token?: string): Promise<Outcome> => {
      respondActive(members)
      return decide(token)
    },
    /** The verdicts on these tokens, one call after the other. */
    verdicts: async (tokens: Iterable<string>): Promise<string[]> => {
      const verdicts: string[] = []
      for (const token of tokens) verdicts.push(await verdict(token))
      return verdicts
    },
    /** The log lines since the last start; with `event`, only those of this event. */
    logged: (event?: string): LogRecord[] =>
      jsonLines(fn.log.slice(linesBeforeStart)).filter(
        (line) => event === undefined || line['event'] === event,
      ),
    /** Changes the configuration for all following tests: a reset restores it. */
    configure: async (changes: ConfigChanges): Promise<void> => {
      baseConfig = changed(config, changes)
      await replaceInstances(baseConfig)
    },
    /** The number of requests to all dependencies since the last start or reset. */
    requestCount: (): number =>
      introspection.requests.length +
      tokenEndpoint.requests.length +
      (vault.requests.length - vaultRequestsBefore),
    /** Restores the defaults. Throws if the function printed a secret or an invalid line. */
    reset: async (): Promise<void> => {
      const lines = fn.log.slice(auditedLines)
      auditedLines = fn.log.length
      introspection.reset()
      tokenEndpoint.reset()
      vault.failWith(undefined)
      restoreSecrets()
      vaultRequestsBefore = vault.requests.length
      if (!isBaseConfig) await replaceInstances(baseConfig)
      isBaseConfig = true
      const findings = auditLines(lines, secretTexts)
      if (fn.instances.some(({ exitCode }) => exitCode !== null)) findings.push('a process exited')
      if (findings.length > 0) throw new Error(findings.join('\n'))
    },
    close: async (): Promise<void> => {
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

export function changed(config: Config, changes: ConfigChanges): Config {
  const entries = Object.entries({ ...config, ...changes })
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}
