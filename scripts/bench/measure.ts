/** Measures several functions in turns, so that other load on the machine affects all of them alike. */
import type { Dependencies } from '../build/rehearsal/dependencies.ts'
import { start, type ControlGroup, type Running } from './runner.ts'
import type { SubjectName, Subjects } from './subjects.ts'

export interface Bench {
  readonly subjects: Subjects
  readonly dependencies: Dependencies
  /** A payload with a new token that this function accepts. */
  readonly payload: (name: SubjectName) => string
}

/** Milliseconds, one value per start unless stated otherwise. */
export interface Cold {
  /** From the start of the process. */
  readonly socket: number[]
  readonly firstAnswer: number[]
  /** CPU time until the first answer. */
  readonly firstAnswerCpu: number[]
  /** Each of these decisions of each start. */
  readonly decisions2to20: number[]
  readonly decisions21to100: number[]
  /** CPU time of decisions 2 to 100, for each of them. */
  readonly decisions2to100Cpu: number[]
}

export interface Warm {
  /** Milliseconds, one per call. */
  readonly calls: number[]
  /** Requests to dependencies for a thousand decisions. */
  requestsPerThousand: number
}

/** Resident MiB. */
export interface Memory {
  readonly afterStart: number
  readonly afterFirst: number
  readonly afterAll: number
}

export interface ColdPlan {
  readonly runs: number
  /** Of each dependency's answer. */
  readonly delayMilliseconds: number
  readonly group?: ControlGroup | undefined
  /** How many decisions after each start, including the first. Default 1. */
  readonly decisions?: number
}

/** Starts each function `runs` times, in turns, and calls it, over a new connection for each call. */
export async function measureCold(
  { subjects, dependencies, payload }: Bench,
  names: readonly SubjectName[],
  { runs, delayMilliseconds, group, decisions = 1 }: ColdPlan,
): Promise<ReadonlyMap<SubjectName, Cold>> {
  const results = new Map(names.map((name) => [name, emptyCold()]))
  dependencies.delayBy(delayMilliseconds)
  // The first round fills the machine's caches and is not counted.
  for (let run = -1; run < runs; run += 1) {
    for (const [name, subject] of present(subjects, names)) {
      const startedAt = performance.now()
      const running = await start(subject, group)
      await permit(running, name, payload)
      const cold = run < 0 ? emptyCold() : (results.get(name) ?? emptyCold())
      cold.firstAnswer.push(performance.now() - startedAt)
      cold.socket.push(running.socketMilliseconds)
      const firstCpu = running.cpuMilliseconds()
      cold.firstAnswerCpu.push(firstCpu)
      for (let decision = 2; decision <= decisions; decision += 1) {
        const milliseconds = await permit(running, name, payload)
        ;(decision <= 20 ? cold.decisions2to20 : cold.decisions21to100).push(milliseconds)
      }
      const laterCpu = running.cpuMilliseconds() - firstCpu
      if (decisions > 1) cold.decisions2to100Cpu.push(laterCpu / (decisions - 1))
      await running.end()
    }
  }
  dependencies.delayBy(0)
  return results
}

/** The Python function is optional. */
function present(subjects: Subjects, names: readonly SubjectName[]) {
  return names.flatMap((name) => {
    const subject = subjects[name]
    return subject === undefined ? [] : [[name, subject] as const]
  })
}

function emptyCold(): Cold {
  return {
    socket: [],
    firstAnswer: [],
    firstAnswerCpu: [],
    decisions2to20: [],
    decisions21to100: [],
    decisions2to100Cpu: [],
  }
}

/** How long one permit takes; throws for any other answer. */
async function permit(
  running: Running,
  name: SubjectName,
  payload: Bench['payload'],
  connection: 'new' | 'kept' = 'new',
): Promise<number> {
  const { milliseconds, body } = await running.call(payload(name), connection)
  if ((JSON.parse(body) as { readonly active?: unknown }).active !== true) {
    throw new Error(`${name} answered ${body}`)
  }
  return milliseconds
}

const BLOCK = 50

/** Calls each running function `calls` times, in blocks by turns, after `unmeasured` calls. */
export async function measureWarm(
  { subjects, dependencies, payload }: Bench,
  names: readonly SubjectName[],
  calls: number,
  unmeasured: number,
): Promise<ReadonlyMap<SubjectName, Warm>> {
  const running = new Map<SubjectName, Running>()
  const results = new Map<SubjectName, Warm>()
  const callBlock = async (name: SubjectName, warm: Running, size: number): Promise<number[]> => {
    const times: number[] = []
    for (let count = 0; count < size; count += 1) {
      times.push(await permit(warm, name, payload, 'kept'))
    }
    return times
  }
  for (const [name, subject] of present(subjects, names)) {
    const warm = await start(subject)
    running.set(name, warm)
    results.set(name, { calls: [], requestsPerThousand: 0 })
    await callBlock(name, warm, unmeasured)
  }
  const requests = new Map<SubjectName, number>()
  for (let done = 0; done < calls; done += BLOCK) {
    for (const [name, warm] of running) {
      dependencies.resetCounts()
      results.get(name)?.calls.push(...(await callBlock(name, warm, BLOCK)))
      const sent = Object.values(dependencies.counts).reduce((sum, count) => sum + count, 0)
      requests.set(name, (requests.get(name) ?? 0) + sent)
    }
  }
  for (const [name, warm] of results) {
    warm.requestsPerThousand = Math.round(((requests.get(name) ?? 0) / warm.calls.length) * 1000)
  }
  for (const each of running.values()) await each.end()
  return results
}

export async function measureMemory(
  { subjects, payload }: Bench,
  names: readonly SubjectName[],
  decisions: number,
): Promise<ReadonlyMap<SubjectName, Memory>> {
  const results = await Promise.all(
    present(subjects, names).map(async ([name, subject]) => {
      const running = await start(subject)
      const afterStart = running.residentMebibytes()
      await permit(running, name, payload, 'kept')
      const afterFirst = running.residentMebibytes()
      for (let count = 1; count < decisions; count += 1)
        await permit(running, name, payload, 'kept')
      const afterAll = running.residentMebibytes()
      await running.end()
      return [name, { afterStart, afterFirst, afterAll }] as const
    }),
  )
  return new Map(results)
}
