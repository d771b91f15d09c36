/** The local stack with its console, as `npm start` runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../../stack/at-exit.ts'
import { createActions } from '../../stack/console/actions.ts'
import { Recorder } from '../../stack/console/recorder.ts'
import { startConsole, type Console } from '../../stack/console/server.ts'
import {
  startLocalStack,
  type LocalStack,
  type LocalStackOptions,
} from '../../stack/local-stack.ts'
import { fixedSecret } from '../../stack/registrations.ts'
import { checkConfig } from '../check-config/check-config.ts'
import { readInput } from '../check-config/read-input.ts'
import { routesOf } from './describe.ts'

export interface Desk {
  readonly stack: LocalStack
  readonly webConsole: Console
  /** File with the private key of the client that asserts users; undefined without one. */
  readonly keyFile: string | undefined
  close(): Promise<void>
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
    const actions = createActions(stack, recorder, routes, (text) => {
      const { values, check } = readConfiguration(Buffer.from(text))
      return { values, report: check.text }
    })
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

/** Throws a `UsageError` where the content has none of the forms that check-config takes. */
export function readConfiguration(content: Uint8Array) {
  const given = readInput(content)
  const entries = Object.entries(given).filter(
    (each): each is [string, string] => each[1] !== undefined,
  )
  return { values: Object.fromEntries(entries), check: checkConfig(given) }
}
