/** Calls of a function, its environment, its failures and its log. */
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { formatDeadline } from '../../stack/fn/call.ts'
import { checkConfiguration, checkLimits } from '../../stack/fn/environment.ts'
import {
  answerOf,
  deploy,
  deployCode,
  errorOf,
  folder,
  json,
  removeFolder,
  requireFdk,
  stopFunctions,
} from './fn-agent-fixture.ts'

afterEach(stopFunctions)
afterAll(removeFolder)

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

  it('has the request ID of its caller, with a span of its own', async () => {
    const fn = deploy(`ctx.headers['Opc-Request-Id']`)
    const { body } = await fn.invoke('', { opcRequestId: '/TRACE' })
    expect(json(body)).toEqual([expect.stringMatching(/^\/TRACE\/[0-9A-F]{26}$/)])
  })

  it('writes the deadline in whole seconds', () => {
    expect(formatDeadline(new Date('2026-11-20T10:00:01.999Z'))).toBe('2026-11-20T10:00:01Z')
  })

  it('gets a deadline of its own, within the timeout', async () => {
    const fn = deploy(`({ left: ctx.deadline.getTime() - Date.now() })`, { timeoutSeconds: 60 })
    const { left } = await answerOf<{ left: number }>(fn)
    expect(left).toBeLessThanOrEqual(60_000)
    expect(left).toBeGreaterThan(0)
  })

  it('is rejected without an instance if its body is over 6 MB', async () => {
    const fn = deploy(`1`)
    expect(await errorOf(fn, Buffer.alloc(6 * 1024 * 1024 + 1))).toEqual([
      413,
      'FunctionInvokeRequestContentTooLarge',
    ])
    expect(fn.instances).toHaveLength(0)
  })
})

describe('the environment', () => {
  it('has exactly the variables of OCI and the configuration', async () => {
    const fn = deploy(`process.env`, {
      config: { audience: 'https://api.example', FN_FN_ID: 'never' },
      platformEnvironment: { OCI_RESOURCE_PRINCIPAL_VERSION: '2.2' },
    })
    expect(await answerOf(fn)).toEqual({
      audience: 'https://api.example',
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_TRACING_ENABLED: '0',
      OCI_TRACE_COLLECTOR_URL: '',
      FN_FORMAT: 'http-stream',
      FN_LISTENER: expect.stringMatching(/^unix:\//),
      FN_TYPE: 'sync',
      FN_LOGFRAME_NAME: expect.stringMatching(/^[0-9A-F]{26}$/),
      FN_LOGFRAME_HDR: 'Opc-Request-Id',
      FN_MEMORY: '256',
      FN_FN_ID: 'ocid1.fnfunc.oc1..test',
      FN_FN_NAME: 'authorizer',
      FN_APP_ID: 'ocid1.fnapp.oc1.phx.local',
      FN_APP_NAME: 'local',
      HOME: expect.any(String),
    })
  })

  it.each([
    ['a key that is not an identifier', { 'a-b': '' }],
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
    [300, 30],
    [256, 301],
    [256, 0],
  ])('rejects the limits %i MB and %i s', (memoryMegabytes, timeoutSeconds) => {
    expect(() => {
      checkLimits(memoryMegabytes, timeoutSeconds)
    }).toThrow()
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
    expect(await errorOf(fn, 'die')).toEqual([502, 'FunctionInvokeExecutionError'])
    expect((await fn.invoke('')).status).toBe(200)
    expect(fn.instances).toMatchObject([{ state: 'ended', exitCode: 7 }, { state: 'idle' }])
  })

  it('that returns nothing ends its own process', async () => {
    const fn = deploy(`undefined`)
    expect((await fn.invoke('')).status).toBe(502)
    expect(fn.instances).toMatchObject([{ state: 'ended', exitCode: 1 }])
  })

  it('that takes too long is 504, and its instance is ended', async () => {
    const fn = deploy(`new Promise(() => {})`, { timeoutSeconds: 0.5 })
    expect(await errorOf(fn)).toEqual([504, 'FunctionInvokeTimeout'])
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
    expect(await errorOf(fn)).toEqual([502, 'FunctionInvokeContainerInitFail'])
    expect(fn.instances).toMatchObject([{ state: 'ended', exitCode: 3 }])
    expect(fn.log).toEqual([{ instance: 1, stream: 'stderr', line: 'no' }])
  })

  it('is 504 if the socket does not appear in time', async () => {
    const fn = deployCode(`setInterval(() => {}, 1000)`, { initTimeoutSeconds: 0.2 })
    expect(await errorOf(fn)).toEqual([504, 'FunctionInvokeContainerInitTimeout'])
    expect(fn.instances).toMatchObject([{ state: 'ended', signal: 'SIGKILL' }])
  })

  it('is 502 if node does not exist', async () => {
    const fn = deploy(`1`, { node: join(folder, 'absent') })
    expect((await fn.invoke('')).status).toBe(502)
    expect(fn.log[0]?.line).toContain('ENOENT')
  })

  it('does not affect a waiting call, which starts again', async () => {
    const marker = join(folder, 'second-start')
    const fn = deployCode(
      `const fs = require('node:fs')
       if (!fs.existsSync(${JSON.stringify(marker)})) { fs.writeFileSync(${JSON.stringify(marker)}, ''); process.exit(1) }
       ${requireFdk}.handle(() => 'up')`,
      { maxInstances: 1 },
    )
    const [first, second] = await Promise.all([fn.invoke(''), fn.invoke('')])
    expect([first.status, second.status]).toEqual([502, 200])
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

  it('has no frames, and the empty lines that the function itself writes', async () => {
    const fn = deploy(`(console.log('\\n' + input), console.error('\\n\\n' + input), 1)`)
    for (const input of ['a', 'b']) await fn.invoke(input, { opcRequestId: '/TRACE' })
    const linesOf = (wanted: string) =>
      fn.log.filter(({ stream }) => stream === wanted).map(({ line }) => line)
    expect(linesOf('stdout')).toEqual(['', 'a', '', 'b'])
    expect(linesOf('stderr')).toEqual(['', '', 'a', '', '', 'b'])
  })

  it('lacks what an instance writes before its first call', async () => {
    const code = `console.log('early'); console.error('early')
      ${requireFdk}.handle((input) => (console.log(input), 1), { inputMode: 'string' })`
    const fn = deployCode(code)
    await fn.invoke('late')
    await fn.stop()
    expect(fn.log).toEqual([{ instance: 1, stream: 'stdout', line: 'late' }])
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
