import { join } from 'node:path'
import { callEcho, partnersToken } from '../../stack/echo-call.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { smallMemory, type SmallMemory } from '../soak/small-memory.ts'

interface Check {
  readonly name: string
  readonly problems: readonly string[]
}

const MEMORY_MEBIBYTES = 128

/**
 * Calls the function in the image within the local stack, whose agent starts the program `entryPoint`
 * in place of Node. `functionFolder`: the function's folder in the image, as this machine sees it.
 */
export async function callsOf(entryPoint: string, functionFolder: string): Promise<Check[]> {
  const memory = smallMemory(MEMORY_MEBIBYTES, entryPoint)
  const stack = await startLocalStack({
    function: { node: memory?.node ?? entryPoint, entry: join(functionFolder, 'func.js') },
  })
  let permit: string[]
  let fault: string[]
  try {
    permit = await permitProblems(stack)
    await stack.authorizer.setConfig({})
    fault = await faultProblems(stack)
  } finally {
    await stack.close()
  }
  return [
    { name: 'Call: a permit, through to the integration', problems: permit },
    { name: 'Call: 502 config_invalid without configuration', problems: fault },
    checkOf(memory?.end()),
  ]
}

function checkOf(used: ReturnType<SmallMemory['end']> | undefined): Check {
  return used === undefined
    ? { name: 'Memory: not limited, as this machine lets no control group be made', problems: [] }
    : {
        name: `Memory: ${used.peakMebibytes} of ${MEMORY_MEBIBYTES} MiB at most`,
        problems: used.killed === 0 ? [] : [`${used.killed} processes were killed for it`],
      }
}

async function permitProblems(stack: LocalStack): Promise<string[]> {
  const { status } = await callEcho(stack, await partnersToken(stack))
  return differences(stack, { status, reason: 'permitted' }, status === 200)
}

async function faultProblems(stack: LocalStack): Promise<string[]> {
  const call = JSON.stringify({ type: 'TOKEN', token: 'Bearer any' })
  const { container } = await stack.authorizer.invoke(call)
  const status = container?.status
  return differences(stack, { status, reason: 'config_invalid' }, status === 502)
}

/** The last decision in the log must have the reason; without one, the log says why. */
function differences(
  { authorizer }: LocalStack,
  { status, reason }: { readonly status: number | undefined; readonly reason: string },
  isStatusRight: boolean,
): string[] {
  const decision = authorizer.jsonLog().findLast((line) => line['event'] === 'decision')
  if (isStatusRight && decision?.['reason'] === reason) return []
  return [
    `status ${status ?? 'missing'}, reason ${String(decision?.['reason'])}; the last lines of the log:`,
    ...authorizer.log.slice(-20).map(({ line }) => line),
  ]
}
