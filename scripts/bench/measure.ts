/**
 * Owns what is measured, always of several functions in turns, so that what else the machine does
 * meets all of them alike.
 * I/O: through the runner.
 */
import type { Dependencies } from '../build/rehearsal/dependencies.ts'
import { start, type ControlGroup, type Running } from './runner.ts'
import type { SubjectName, Subjects } from './subjects.ts'

export interface Cold {
  /** Milliseconds from the start of the process, one per run. */
  readonly socket: number[]
  readonly firstAnswer: number[]
}

export interface Bench {
  readonly node: string
  readonly subjects: Subjects
  readonly dependencies: Dependencies
  /** A call's payload with a token that this function takes; another token each time. */
  readonly payload: (name: SubjectName) => string
}

function isPermit(body: string): boolean {
  return (JSON.parse(body) as { readonly active?: unknown }).active === true
}

/** Starts each function `runs` times, in turns, and calls it once. */
export async function measureCold(
  { node, subjects, dependencies, payload }: Bench,
  names: readonly SubjectName[],
  runs: number,
  delayMilliseconds: number,
  group?: ControlGroup,
): Promise<Map<SubjectName, Cold>> {
  const results = new Map<SubjectName, Cold>(
    names.map((name) => [name, { socket: [], firstAnswer: [] }]),
  )
  dependencies.delayBy(delayMilliseconds)
  // The first round warms the machine's caches and does not count.
  for (let run = -1; run < runs; run += 1) {
    for (const name of names) {
      const begun = performance.now()
      const running = await start(node, subjects[name], group)
      const { body } = await running.call(payload(name))
      const answered = performance.now() - begun
      await running.end()
      if (!isPermit(body)) throw new Error(`${name} answered ${body}`)
      if (run < 0) continue
      results.get(name)?.socket.push(running.socketMilliseconds)
      results.get(name)?.firstAnswer.push(answered)
    }
  }
  dependencies.delayBy(0)
  return results
}

export interface Warm {
  /** Milliseconds, one per call. */
  readonly calls: number[]
  /** Requests to dependencies that a thousand decisions cost. */
  requestsPerThousand: number
}

const BLOCK = 50

/** Calls each running function `calls` times, in blocks by turns, after `unmeasured` calls. */
export async function measureWarm(
  { subjects, node, dependencies, payload }: Bench,
  names: readonly SubjectName[],
  calls: number,
  unmeasured: number,
): Promise<Map<SubjectName, Warm>> {
  const running = new Map<SubjectName, Running>()
  const results = new Map<SubjectName, Warm>()
  const callBlock = async (name: SubjectName, size: number): Promise<number[]> => {
    const times: number[] = []
    for (let count = 0; count < size; count += 1) {
      const call = await running.get(name)?.call(payload(name))
      if (call === undefined || !isPermit(call.body)) throw new Error(`${name} is not well`)
      times.push(call.milliseconds)
    }
    return times
  }
  for (const name of names) {
    running.set(name, await start(node, subjects[name]))
    results.set(name, { calls: [], requestsPerThousand: 0 })
    await callBlock(name, unmeasured)
  }
  const requests = new Map<SubjectName, number>()
  for (let done = 0; done < calls; done += BLOCK) {
    for (const name of names) {
      dependencies.resetCounts()
      const times = await callBlock(name, BLOCK)
      results.get(name)?.calls.push(...times)
      const made = Object.values(dependencies.counts).reduce((sum, count) => sum + count, 0)
      requests.set(name, (requests.get(name) ?? 0) + made)
    }
  }
  for (const [name, warm] of results) {
    warm.requestsPerThousand = Math.round(((requests.get(name) ?? 0) / warm.calls.length) * 1000)
  }
  for (const each of running.values()) await each.end()
  return results
}

export interface Memory {
  /** MiB that are resident. */
  readonly afterStart: number
  readonly afterFirst: number
  readonly afterAll: number
}

export async function measureMemory(
  { node, subjects, payload }: Bench,
  name: SubjectName,
  decisions: number,
): Promise<Memory> {
  const running = await start(node, subjects[name])
  const afterStart = running.residentMebibytes()
  await running.call(payload(name))
  const afterFirst = running.residentMebibytes()
  for (let count = 1; count < decisions; count += 1) await running.call(payload(name))
  const afterAll = running.residentMebibytes()
  await running.end()
  return { afterStart, afterFirst, afterAll }
}
