/** The local stack with its console, as `npm start` runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../../stack/at-exit.ts'
import { createActions, type ConsoleActions } from '../../stack/console/actions.ts'
import { Recorder } from '../../stack/console/recorder.ts'
import { startConsole, type Console } from '../../stack/console/server.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import {
  startLocalStack,
  type LocalStack,
  type LocalStackOptions,
} from '../../stack/local-stack.ts'
import { fixedSecret, PLACEHOLDERS, SECRET_OCIDS } from '../../stack/registrations.ts'
import type { Vault } from '../../stack/vault.ts'
import { checkConfig } from '../check-config/check-config.ts'
import { readInput } from '../check-config/read-input.ts'
import { routesOf } from './describe.ts'
import { createCheckCall } from './check-call.ts'

export interface ConsoleStack {
  readonly stack: LocalStack
  readonly webConsole: Console
  /** File with the private key of the client that asserts users; undefined without one. */
  readonly keyFile: string | undefined
  /** For `explain` and `doctor`; undefined with the user's configuration. */
  readonly diagnosis: DiagnosisFiles | undefined
  close(): Promise<void>
}

export interface DiagnosisFiles {
  readonly config: string
  readonly secrets: string
  readonly deployment: string
}

export async function startConsoleStack(
  options: Omit<LocalStackOptions, 'secretOf' | 'observer'> = {},
): Promise<ConsoleStack> {
  const recorder = new Recorder()
  const stack = await startLocalStack({ ...options, secretOf: fixedSecret, observer: recorder })
  try {
    recorder.attach(stack)
    const actions = createActions(
      stack,
      recorder,
      routesOf(stack),
      (text) => {
        const { values, check } = readConfiguration(Buffer.from(text))
        return { values, report: check.text }
      },
      createCheckCall(stack),
    )
    await actions.ready
    const key = stack.providers.find(({ portal }) => portal)?.portal?.key
    const folder = mkdtempSync(join(tmpdir(), 'local-stack-'))
    const keyFile = key === undefined ? undefined : join(folder, 'portal-key.pem')
    if (key !== undefined && keyFile !== undefined) {
      writeFileSync(keyFile, key.privateKey, { mode: 0o600 })
    }
    const removeFolder = (): void => {
      rmSync(folder, { recursive: true, force: true })
    }
    const forget = atExit(removeFolder)
    const diagnosis =
      options.ownConfiguration === undefined ? writeDiagnosisFiles(stack, folder) : undefined
    const { firstPort } = options
    const port = firstPort === undefined ? 0 : { preferred: firstPort + stack.servers.size }
    const webConsole = await startConsole(
      diagnosis === undefined ? actions : updatingSecrets(actions, stack, diagnosis),
      recorder,
      port,
    )
    return {
      stack,
      webConsole,
      keyFile,
      diagnosis,
      close: async () => {
        forget()
        removeFolder()
        await webConsole.close()
        await stack.close()
      },
    }
  } catch (error) {
    await stack.close()
    throw error
  }
}

/** The deployment has a function's OCID instead of the specification's placeholder. */
function writeDiagnosisFiles(
  { config, deployments, vault }: LocalStack,
  folder: string,
): DiagnosisFiles {
  const specification = JSON.stringify(
    deployments.find(({ pathPrefix }) => pathPrefix === PATH_PREFIXES.multiArgument)?.specification,
  )
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  return {
    config: write('config.json', JSON.stringify(config)),
    secrets: write('secrets.json', clientSecretsIn(vault)),
    deployment: write(
      'deployment.json',
      specification.replace(PLACEHOLDERS.functionId, 'ocid1.fnfunc.oc1.phx.localstack'),
    ),
  }
}

/** By OCID, for `explain` and `doctor`. */
function clientSecretsIn(vault: Vault): string {
  const ocids = [SECRET_OCIDS.introspection, SECRET_OCIDS.backend]
  return JSON.stringify(Object.fromEntries(ocids.map((ocid) => [ocid, vault.current(ocid)])))
}

/** The same actions; a rotation also updates the secrets file. */
function updatingSecrets(
  actions: ConsoleActions,
  { vault }: LocalStack,
  { secrets }: DiagnosisFiles,
): ConsoleActions {
  const byPath = new Map(actions.byPath)
  const rotate = byPath.get('/api/rotate-secret')
  if (rotate !== undefined) {
    byPath.set('/api/rotate-secret', async (fields) => {
      const result = await rotate(fields)
      writeFileSync(secrets, clientSecretsIn(vault))
      return result
    })
  }
  return { ...actions, byPath }
}

/** Throws a `UsageError` if the content has none of the forms that check-config accepts. */
export function readConfiguration(content: Uint8Array) {
  const given = readInput(content)
  const entries = Object.entries(given).filter(
    (each): each is [string, string] => each[1] !== undefined,
  )
  return { values: Object.fromEntries(entries), check: checkConfig(given) }
}
