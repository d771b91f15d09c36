import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { deployFunction, type FnFunction, type FunctionSpec } from '../../stack/fn-agent.ts'
import { checkConfiguration, checkLimits } from '../../stack/fn/environment.ts'
import { formatDeadline } from '../../stack/fn/call.ts'

const fdk = createRequire(import.meta.url).resolve('@fnproject/fdk')
const folder = mkdtempSync(join(tmpdir(), 'fn-test-'))
const deployed: FnFunction[] = []
let fileCount = 0

/** Writes a function whose handler is `handler`, an expression in (input, ctx), and deploys it. */
function deploy(handler: string, spec: Partial<FunctionSpec> = {}): FnFunction {
  return deployCode(
    `require(${JSON.stringify(fdk)}).handle(async (input, ctx) => ${handler}, { inputMode: 'string' })`,
    spec,
  )
}

function deployCode(code: string, spec: Partial<FunctionSpec> = {}): FnFunction {
  fileCount += 1
  const entry = join(folder, `func-${fileCount}.cjs`)
  writeFileSync(entry, code)
  const fn = deployFunction({ functionId: 'ocid1.fnfunc.oc1..test', entry, config: {}, ...spec })
  deployed.push(fn)
  return fn
}

function json(body: Buffer) {
  return JSON.parse(body.toString()) as unknown
}

/** Waits for what another process is about to do, for at most 20 s. */
async function until(condition: () => boolean): Promise<void> {
  const giveUp = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > giveUp) throw new Error('the condition was not met in time')
    await delay(5)
  }
}

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

/** Lets a call wait inside the function until the test opens the gate. */
function makeGate() {
  const path = join(folder, `gate-${(fileCount += 1)}`)
  const wait = `new Promise((resolve) => { const t = setInterval(() => {
    if (require('node:fs').existsSync(${JSON.stringify(path)})) { clearInterval(t); resolve() } }, 5) })`
  return {
    wait,
    open: () => {
      writeFileSync(path, '')
    },
  }
}

afterEach(async () => {
  await Promise.all(deployed.splice(0).map((fn) => fn.stop()))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('a call', () => {
  it('has body, call identifier and deadline, and returns the answer', async () => {
    const fn = deploy(`({ input, callId: ctx.callID, headers: ctx.headers })`)
    const deadline = new Date(Date.now() + 20_000)
    const { status, body, callId, headers } = await fn.invoke('{"é":1}', {
      callId: 'c-1',
      deadline,
    })
    expect([status, callId, headers['fn-call-id']]).toEqual([200, 'c-1', 'c-1'])
    expect(headers['transfer-encoding']).toBeUndefined()
    expect(json(body)).toMatchObject({
      input: '{"é":1}',
      callId: 'c-1',
      headers: {
        'Content-Type': ['application/json'],
        'Fn-Deadline': [formatDeadline(deadline)],
      },
    })
  })

  it('writes the deadline in whole seconds', () => {
    expect(formatDeadline(new Date('2026-11-20T10:00:01.999Z'))).toBe('2026-11-20T10:00:01Z')
  })

  it('gets a deadline of its own, within the timeout', async () => {
    const fn = deploy(`({ left: ctx.deadline.getTime() - Date.now() })`, { timeoutSeconds: 60 })
    const { left } = json((await fn.invoke('')).body) as { left: number }
    expect(left).toBeLessThanOrEqual(60_000)
    expect(left).toBeGreaterThan(0)
  })

  it('is rejected without an instance if its body is over 6 MB', async () => {
    const fn = deploy(`1`)
    const { status, body } = await fn.invoke(Buffer.alloc(6 * 1024 * 1024 + 1))
    expect(status).toBe(413)
    expect(json(body)).toMatchObject({ code: 'FunctionInvokeRequestContentTooLarge' })
    expect(fn.instances).toHaveLength(0)
  })
})

describe('the environment', () => {
  it('has exactly the variables of OCI and the configuration', async () => {
    const fn = deploy(`process.env`, {
      config: { audience: 'https://api.example', FN_FN_ID: 'never' },
      platformEnvironment: { OCI_RESOURCE_PRINCIPAL_VERSION: '2.2' },
    })
    const env = json((await fn.invoke('')).body) as Record<string, string>
    expect(env).toEqual({
      audience: 'https://api.example',
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_TRACING_ENABLED: '0',
      OCI_TRACE_COLLECTOR_URL: '',
      FN_FORMAT: 'http-stream',
      FN_LISTENER: expect.stringMatching(/^unix:\//),
      FN_TYPE: 'sync',
      FN_MEMORY: '256',
      FN_FN_ID: 'ocid1.fnfunc.oc1..test',
      FN_FN_NAME: 'authorizer',
      FN_APP_ID: 'ocid1.fnapp.oc1.phx.local',
      FN_APP_NAME: 'local',
      HOME: expect.any(String),
    })
  })

  it.each([
    ['a key that is no identifier', { 'a-b': '' }],
    ['a value with a line feed', { a: 'x\ny' }],
    ['more than 4096 bytes', { a: 'é'.repeat(2048) }],
  ])('rejects %s, as OCI does', (_name, config) => {
    expect(() => {
      checkConfiguration(config)
    }).toThrow()
  })

  it('accepts exactly 4096 bytes', () => {
    expect(() => {
      checkConfiguration({ ab: 'é'.repeat(2047) })
    }).not.toThrow()
  })

  it.each([
    { memoryMegabytes: 300, timeoutSeconds: 30 },
    { memoryMegabytes: 256, timeoutSeconds: 301 },
    { memoryMegabytes: 256, timeoutSeconds: 0 },
  ])('rejects the limits %p', (limits) => {
    expect(() => {
      checkLimits(limits)
    }).toThrow()
  })
})

describe('instances', () => {
  it('serve one call after the other', async () => {
    const fn = deploy(`({ pid: process.pid })`)
    const first = json((await fn.invoke('')).body)
    expect(json((await fn.invoke('')).body)).toEqual(first)
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
    const { status, body } = await fn.invoke('', { deadline: new Date(Date.now() + 20) })
    expect(status).toBe(503)
    expect(json(body)).toMatchObject({ code: 'FunctionInvokeServiceUnavailable' })
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
    expect(json((await fn.invoke('')).body)).toEqual({ value: 'new' })
    expect(fn.instances[0]).toMatchObject({ state: 'ended', signal: 'SIGKILL' })
  })
})

describe('a failing function', () => {
  it('that throws is 502 without the message, and its instance is kept', async () => {
    const fn = deploy(`{ throw new Error('secret words') }`)
    const { status, body, container } = await fn.invoke('')
    expect(status).toBe(502)
    expect(json(body)).toEqual({
      code: 'FunctionInvokeExecutionFailed',
      message: 'function failed',
    })
    expect(container?.status).toBe(502)
    expect(container?.body.toString()).toContain('secret words')
    expect(fn.instances).toMatchObject([{ state: 'idle' }])
  })

  it('that exits during a call is 502, and the next call starts a new instance', async () => {
    const fn = deploy(`input === 'die' ? process.exit(7) : 'alive'`)
    const { status, body } = await fn.invoke('die')
    expect(status).toBe(502)
    expect(json(body)).toMatchObject({ code: 'FunctionInvokeExecutionError' })
    expect((await fn.invoke('')).status).toBe(200)
    expect(fn.instances).toMatchObject([{ state: 'ended', exitCode: 7 }, { state: 'idle' }])
  })

  it('that returns nothing kills itself', async () => {
    const fn = deploy(`undefined`)
    expect((await fn.invoke('')).status).toBe(502)
    expect(fn.instances).toMatchObject([{ state: 'ended', exitCode: 1 }])
  })

  it('that takes too long is 504, and its instance is ended', async () => {
    const fn = deploy(`new Promise(() => {})`, { timeoutSeconds: 0.5 })
    const { status, body } = await fn.invoke('')
    expect(status).toBe(504)
    expect(json(body)).toMatchObject({ code: 'FunctionInvokeTimeout' })
    expect(fn.instances).toMatchObject([{ state: 'ended', signal: 'SIGKILL' }])
  })

  const server = (status: number) => `
    const { createServer } = require('node:http'); const { symlinkSync } = require('node:fs')
    const path = process.env.FN_LISTENER.slice('unix:'.length)
    createServer((req, res) => { res.statusCode = ${status}; res.end('x') })
      .listen(path + '.tmp', () => symlinkSync(path + '.tmp', path))`

  it.each([
    [200, 200, 'idle'],
    [502, 502, 'idle'],
    [504, 504, 'idle'],
    [500, 502, 'ended'],
    [404, 502, 'ended'],
    [201, 502, 'ended'],
  ])('that answers %i is answered %i, and its instance is %s', async (own, status, state) => {
    const fn = deployCode(server(own))
    const result = await fn.invoke('')
    expect(result.status).toBe(status)
    expect(result.container?.status).toBe(own)
    expect(fn.instances).toMatchObject([{ state }])
  })
})

describe('a start that fails', () => {
  it('is 502 if the process exits before it listens', async () => {
    const fn = deployCode(`console.error('no'); process.exit(3)`)
    const { status, body } = await fn.invoke('')
    expect(status).toBe(502)
    expect(json(body)).toMatchObject({ code: 'FunctionInvokeContainerInitFail' })
    expect(fn.instances).toMatchObject([{ state: 'ended', exitCode: 3 }])
    expect(fn.log).toEqual([{ instance: 1, stream: 'stderr', line: 'no' }])
  })

  it('is 504 if the socket does not appear in time', async () => {
    const fn = deployCode(`setInterval(() => {}, 1000)`, { initTimeoutSeconds: 0.2 })
    const { status, body } = await fn.invoke('')
    expect(status).toBe(504)
    expect(json(body)).toMatchObject({ code: 'FunctionInvokeContainerInitTimeout' })
    expect(fn.instances).toMatchObject([{ state: 'ended', signal: 'SIGKILL' }])
  })

  it('is 502 if node does not exist', async () => {
    const fn = deploy(`1`, { node: join(folder, 'absent') })
    expect((await fn.invoke('')).status).toBe(502)
    expect(fn.log[0]?.line).toContain('ENOENT')
  })

  it('lets a waiting call try again', async () => {
    const marker = join(folder, 'second-start')
    const fn = deployCode(
      `const fs = require('node:fs')
       if (!fs.existsSync(${JSON.stringify(marker)})) { fs.writeFileSync(${JSON.stringify(marker)}, ''); process.exit(1) }
       require(${JSON.stringify(fdk)}).handle(() => 'up')`,
      { maxInstances: 1 },
    )
    const [first, second] = await Promise.all([fn.invoke(''), fn.invoke('')])
    expect([first.status, second.status]).toEqual([502, 200])
  })
})

describe('freezing', () => {
  it('stops the timers of idle instances, and a call thaws its instance', async () => {
    const fn = deploy(`({ pid: process.pid })`)
    const first = json((await fn.invoke('')).body)
    fn.freeze()
    expect(fn.instances).toMatchObject([{ state: 'frozen' }])
    expect(json((await fn.invoke('')).body)).toEqual(first)
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

describe('the log', () => {
  it('has the lines of a call when the call is answered', async () => {
    const fn = deploy(`(console.log(JSON.stringify({ input })), console.error('err ' + input), 1)`)
    for (let call = 1; call <= 20; call += 1) {
      await fn.invoke(String(call))
      expect(fn.jsonLog()).toHaveLength(call)
      expect(fn.log.at(-1)).toMatchObject({ instance: 1 })
    }
    expect(fn.log.filter(({ stream }) => stream === 'stderr').map(({ line }) => line)).toContain(
      'err 20',
    )
  })

  it('accepts a line in pieces, one with U+2028, and one without an end', async () => {
    const fn = deploy(
      `(process.stdout.write('{"a":'), process.stdout.write('"\\u2028"}\\nno json\\n[1]\\nend'), 1)`,
    )
    await fn.invoke('')
    expect(fn.jsonLog()).toEqual([{ a: '\u2028' }])
    await fn.stop()
    expect(fn.log.at(-1)).toEqual({ instance: 1, stream: 'stdout', line: 'end' })
  })
})

describe('the end', () => {
  it('leaves no process and no folder, frozen instances included', async () => {
    const fn = deploy(`({ pid: process.pid, home: process.env.HOME })`)
    const { pid, home } = json((await fn.invoke('')).body) as { pid: number; home: string }
    fn.freeze()
    await fn.stop()
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(home)).toBe(false)
    expect((await fn.invoke('')).status).toBe(503)
  })

  it('ends running calls, too', async () => {
    const fn = deploy(`(console.log('in'), new Promise(() => {}))`)
    const running = fn.invoke('')
    await until(() => fn.log.length > 0)
    await fn.stop()
    expect((await running).status).toBe(502)
  })

  /** Starts another process that runs a function and freezes it, then sends that one a signal. */
  async function signalAgent(signal: NodeJS.Signals, extraCode = '') {
    const agent = fileURLToPath(new URL('../../stack/fn-agent.ts', import.meta.url))
    const entry = join(folder, 'orphan.cjs')
    const script = join(folder, 'parent.ts')
    writeFileSync(entry, `require(${JSON.stringify(fdk)}).handle(() => process.env.HOME)`)
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
    expect(await signalAgent(signal)).toEqual({
      aliveBefore: true,
      exitCode: null,
      endedBy: signal,
      folderLeft: false,
    })
  })

  it('is left to a handler of the signal, and follows its exit', async () => {
    const handler = `process.once('SIGINT', () => {
      setImmediate(() => process.exit(fn.instances[0]?.state === 'frozen' ? 4 : 5))
    })`
    expect(await signalAgent('SIGINT', handler)).toEqual({
      aliveBefore: true,
      exitCode: 4,
      endedBy: null,
      folderLeft: false,
    })
  })
})
