/** The local stack with its console, as `npm start` runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../../stack/at-exit.ts'
import { createActions } from '../../stack/console/actions.ts'
import { Recorder } from '../../stack/console/recorder.ts'
import { startConsole, type Console } from '../../stack/console/server.ts'
import { PATH_PREFIXES } from '../../stack/deployments.ts'
import {
  startLocalStack,
  type LocalStack,
  type LocalStackOptions,
} from '../../stack/local-stack.ts'
import { fixedSecret, PLACEHOLDERS } from '../../stack/registrations.ts'
import { checkConfig } from '../check-config/check-config.ts'
import { readInput } from '../check-config/read-input.ts'
import { routesOf } from './describe.ts'
import { createJudgeCall } from './judge-call.ts'

export interface Desk {
  readonly stack: LocalStack
  readonly webConsole: Console
  /** File with the private key of the client that asserts users; undefined without one. */
  readonly keyFile: string | undefined
  /** What `explain` and `doctor` read; undefined with one's own configuration. */
  readonly diagnosis: DiagnosisFiles | undefined
  close(): Promise<void>
}

export interface DiagnosisFiles {
  readonly config: string
  readonly secrets: string
  readonly deployment: string
}

type DeskOptions = Omit<LocalStackOptions, 'secretOf' | 'observer'>

export async function startDesk(options: DeskOptions = {}): Promise<Desk> {
  const recorder = new Recorder()
  const stack = await startLocalStack({ ...options, secretOf: fixedSecret, observer: recorder })
  try {
    recorder.attach(stack)
    const routes = routesOf(stack).map(({ methods, path, scopes }) => ({
      methods,
      path,
      note: scopes,
    }))
    const actions = createActions(
      stack,
      recorder,
      routes,
      (text) => {
        const { values, check } = readConfiguration(Buffer.from(text))
        return { values, report: check.text }
      },
      createJudgeCall(stack),
    )
    await actions.ready
    const { firstPort } = options
    const port = firstPort === undefined ? 0 : { preferred: firstPort + stack.servers.size }
    const webConsole = await startConsole(actions, recorder, port)
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
    return {
      stack,
      webConsole,
      keyFile,
      diagnosis:
        options.ownConfiguration === undefined ? writeDiagnosisFiles(stack, folder) : undefined,
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

/** The deployment has the OCID of a function in place of the specification's placeholder. */
function writeDiagnosisFiles(
  { config, registrations, deployments }: LocalStack,
  folder: string,
): DiagnosisFiles {
  const { introspector, oicInvoker } = registrations
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
    secrets: write(
      'secrets.json',
      JSON.stringify({
        [introspector.clientId]: introspector.clientSecret,
        [oicInvoker.clientId]: oicInvoker.clientSecret,
      }),
    ),
    deployment: write(
      'deployment.json',
      specification.replace(PLACEHOLDERS.functionId, 'ocid1.fnfunc.oc1.phx.localstack'),
    ),
  }
}

/** Throws a `UsageError` where the content has none of the forms that check-config takes. */
export function readConfiguration(content: Uint8Array) {
  const given = readInput(content)
  const entries = Object.entries(given).filter(
    (each): each is [string, string] => each[1] !== undefined,
  )
  return { values: Object.fromEntries(entries), check: checkConfig(given) }
}
