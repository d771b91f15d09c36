/** The local stack with its console, as `npm start` runs it. */
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
    return {
      stack,
      webConsole,
      close: async () => {
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
