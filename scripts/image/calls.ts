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
 * Calls the function in the image on the local stack, whose agent executes `entryPoint` instead of Node.
 * `functionFolder`: the path of the image's function folder on this machine.
 */
export async function callsOf(entryPoint: string, functionFolder: string): Promise<Check[]> {
  const memory = smallMemory(MEMORY_MEBIBYTES, entryPoint)
  const stack = await startLocalStack({
    function: { node: memory?.node ?? entryPoint, entry: join(functionFolder, 'func.js') },
  })
  const checks: Check[] = []
  try {
    const problems = await permitProblems(stack)
    checks.push({ name: 'Call: a permit, through to the integration', problems })
    await stack.authorizer.setConfig({})
    checks.push({
      name: 'Call: 502 config_invalid without configuration',
      problems: await faultProblems(stack),
    })
  } finally {
    await stack.close()
  }
  return [...checks, checkOf(memory?.end())]
}

function checkOf(used: ReturnType<SmallMemory['end']> | undefined): Check {
  return used === undefined
    ? { name: 'Memory: not limited, because this machine allows no control groups', problems: [] }
    : {
        name: `Memory: peak ${used.peakMebibytes} of ${MEMORY_MEBIBYTES} MiB`,
        problems: used.killed === 0 ? [] : [`${used.killed} processes were killed`],
      }
}

async function permitProblems(stack: LocalStack): Promise<string[]> {
  const { status } = await callEcho(stack, await partnersToken(stack))
  return differences(stack, status, { status: 200, reason: 'permitted' })
}

async function faultProblems(stack: LocalStack): Promise<string[]> {
  const call = JSON.stringify({ type: 'TOKEN', token: 'Bearer any' })
  const { container } = await stack.authorizer.invoke(call)
  return differences(stack, container?.status, { status: 502, reason: 'config_invalid' })
}

/** Also checks the reason of the last decision; without a decision, the log may show the cause. */
function differences(
  { authorizer }: LocalStack,
  status: number | undefined,
  expected: { readonly status: number; readonly reason: string },
): string[] {
  const decision = authorizer.jsonLog().findLast((line) => line['event'] === 'decision')
  if (status === expected.status && decision?.['reason'] === expected.reason) return []
  return [
    `status ${status ?? 'missing'}, reason ${String(decision?.['reason'])}; the last lines of the log:`,
    ...authorizer.log.slice(-20).map(({ line }) => line),
  ]
}
