/** The number, the freezing and the end of a function's instances. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import {
  answerOf,
  deploy,
  errorOf,
  folder,
  json,
  makeGate,
  removeFolder,
  requireFdk,
  stopFunctions,
  until,
} from './fn-agent-fixture.ts'

afterEach(stopFunctions)
afterAll(removeFolder)

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The letter of the process state; T is stopped. Not every machine has both /proc and ps. */
function processState(pid: number): string | undefined {
  return existsSync('/proc/self/stat')
    ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.charAt(0)
    : execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).charAt(0)
}

describe('instances', () => {
  it('serve one call after the other', async () => {
    const fn = deploy(`({ pid: process.pid })`)
    const first = await answerOf(fn)
    expect(await answerOf(fn)).toEqual(first)
    expect(fn.instances).toMatchObject([{ number: 1, state: 'idle', exitCode: null, signal: null }])
  })

  it('are added when calls overlap, each with one call at a time', async () => {
    const gate = makeGate()
    const fn = deploy(`(await ${gate.wait}, { pid: process.pid })`)
    const calls = [fn.invoke(''), fn.invoke(''), fn.invoke('')]
    gate.open()
    const pids = (await Promise.all(calls)).map(({ body }) => (json(body) as { pid: number }).pid)
    expect(new Set(pids).size).toBe(3)
  })

  it('are not added beyond the limit: further calls wait their turn', async () => {
    const fn = deploy(
      `(globalThis.running = (globalThis.running ?? 0) + 1, globalThis.most = Math.max(globalThis.most ?? 0, globalThis.running),
        await new Promise((resolve) => setImmediate(resolve)), globalThis.running -= 1, { most: globalThis.most })`,
      { maxInstances: 2 },
    )
    const results = await Promise.all(Array.from({ length: 12 }, () => fn.invoke('')))
    expect(results.map(({ body }) => json(body))).toEqual(results.map(() => ({ most: 1 })))
    expect(fn.instances).toHaveLength(2)
  })

  it('answer 503 if none is free before the call’s deadline', async () => {
    const gate = makeGate()
    const fn = deploy(`(await ${gate.wait}, 'done')`, { maxInstances: 1 })
    const running = fn.invoke('')
    const deadline = new Date(Date.now() + 20)
    expect(await errorOf(fn, '', { deadline })).toEqual([503, 'FunctionInvokeServiceUnavailable'])
    gate.open()
    expect((await running).status).toBe(200)
  })

  it('are replaced after a new configuration', async () => {
    const fn = deploy(`({ value: process.env.value })`, { config: { value: 'old' } })
    await fn.invoke('')
    const [, { body }] = await Promise.all([fn.setConfig({ value: 'new' }), fn.invoke('')])
    expect(json(body)).toEqual({ value: 'new' })
    expect(fn.instances.map(({ state }) => state)).toEqual(['ended', 'idle'])
  })

  it('finish their call if the configuration changes', async () => {
    const gate = makeGate()
    const fn = deploy(`(console.log('in'), await ${gate.wait}, { value: process.env.value })`, {
      config: { value: 'old' },
    })
    const running = fn.invoke('')
    await until(() => fn.log.length > 0)
    await fn.setConfig({ value: 'new' })
    gate.open()
    expect(json((await running).body)).toEqual({ value: 'old' })
    expect(await answerOf(fn)).toEqual({ value: 'new' })
    expect(fn.instances[0]).toMatchObject({ state: 'ended', signal: 'SIGKILL' })
  })
})

describe('freezing', () => {
  it('stops the timers of idle instances, and a call thaws its instance', async () => {
    const fn = deploy(`({ pid: process.pid })`)
    const first = await answerOf(fn)
    fn.freeze()
    expect(fn.instances).toMatchObject([{ state: 'frozen' }])
    expect(await answerOf(fn)).toEqual(first)
    expect(fn.instances).toMatchObject([{ state: 'idle' }])
  })

  it('stops the process until it is thawed', async () => {
    const ticks = join(folder, 'ticks')
    const fn = deploy(
      `(setInterval(() => require('node:fs').writeFileSync(${JSON.stringify(ticks)}, ''), 1), 'on')`,
    )
    await fn.invoke('')
    fn.freeze()
    const pid = fn.instances[0]?.pid ?? 0
    await until(() => processState(pid) === 'T')
    rmSync(ticks, { force: true })
    expect(processState(pid)).toBe('T')
    expect(existsSync(ticks)).toBe(false)
    fn.thaw()
    await until(() => existsSync(ticks))
    expect(fn.instances).toMatchObject([{ state: 'idle' }])
  })
})

describe('the end', () => {
  it('leaves no process and no folder, frozen instances included', async () => {
    const fn = deploy(`({ pid: process.pid, home: process.env.HOME })`)
    const { pid, home } = await answerOf<{ pid: number; home: string }>(fn)
    fn.freeze()
    await fn.stop()
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(home)).toBe(false)
    expect((await fn.invoke('')).status).toBe(503)
  })

  it('also ends running calls', async () => {
    const fn = deploy(`(console.log('in'), new Promise(() => {}))`)
    const running = fn.invoke('')
    await until(() => fn.log.length > 0)
    await fn.stop()
    expect((await running).status).toBe(502)
  })

  /** Starts another process that runs a function and freezes it, and sends a signal to that process. */
  async function signalAgent(signal: NodeJS.Signals, extraCode = '') {
    const agent = fileURLToPath(new URL('../../stack/fn-agent.ts', import.meta.url))
    const entry = join(folder, 'orphan.cjs')
    const script = join(folder, 'parent.ts')
    writeFileSync(entry, `${requireFdk}.handle(() => process.env.HOME)`)
    writeFileSync(
      script,
      `import { deployFunction } from ${JSON.stringify(agent)}
       const fn = deployFunction({ functionId: 'f', entry: ${JSON.stringify(entry)}, config: {} })
       ${extraCode}
       void fn.invoke('').then(({ body }) => {
         fn.freeze()
         console.log(JSON.stringify({ pid: fn.instances[0]?.pid, home: JSON.parse(body.toString()) }))
         setInterval(() => {}, 1000)
       })`,
    )
    const parent = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const { pid, home } = JSON.parse(line.toString()) as { pid: number; home: string }
    const aliveBefore = isAlive(pid)
    parent.kill(signal)
    const [exitCode, endedBy] = (await once(parent, 'exit')) as [number | null, string | null]
    await until(() => !isAlive(pid))
    return { aliveBefore, exitCode, endedBy, folderLeft: existsSync(home) }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('follows a %s to the agent', async (signal) => {
    const ended = { aliveBefore: true, exitCode: null, endedBy: signal, folderLeft: false }
    expect(await signalAgent(signal)).toEqual(ended)
  })

  it('is left to a handler of the signal, and follows its exit', async () => {
    const handler = `process.once('SIGINT', () => {
      setImmediate(() => process.exit(fn.instances[0]?.state === 'frozen' ? 4 : 5))
    })`
    const ended = { aliveBefore: true, exitCode: 4, endedBy: null, folderLeft: false }
    expect(await signalAgent('SIGINT', handler)).toEqual(ended)
  })
})
