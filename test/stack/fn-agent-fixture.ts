/** Deploys functions for the tests of the Fn agent, and removes them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { deployFunction, type FnFunction, type FunctionSpec } from '../../stack/fn-agent.ts'

const fdk = createRequire(import.meta.url).resolve('@fnproject/fdk')
export const folder = mkdtempSync(join(tmpdir(), 'fn-test-'))
export const requireFdk = `require(${JSON.stringify(fdk)})`
const deployed: FnFunction[] = []
let fileCount = 0

/** Writes a function whose handler is `handler`, an expression in (input, ctx), and deploys it. */
export function deploy(handler: string, spec: Partial<FunctionSpec> = {}): FnFunction {
  const code = `${requireFdk}.handle(async (input, ctx) => ${handler}, { inputMode: 'string' })`
  return deployCode(code, spec)
}

export function deployCode(code: string, spec: Partial<FunctionSpec> = {}): FnFunction {
  fileCount += 1
  const entry = join(folder, `func-${fileCount}.cjs`)
  writeFileSync(entry, code)
  const fn = deployFunction({ functionId: 'ocid1.fnfunc.oc1..test', entry, config: {}, ...spec })
  deployed.push(fn)
  return fn
}

export async function stopFunctions(): Promise<void> {
  await Promise.all(deployed.splice(0).map((fn) => fn.stop()))
}

export function removeFolder(): void {
  rmSync(folder, { recursive: true })
}

export function json(body: Buffer) {
  return JSON.parse(body.toString()) as unknown
}

/** The function's answer, parsed. */
export async function answerOf<T = unknown>(fn: FnFunction): Promise<T> {
  return json((await fn.invoke('')).body) as T
}

/** Status and code of the error of a call. */
export async function errorOf(
  fn: FnFunction,
  body: Buffer | string = '',
  options: Parameters<FnFunction['invoke']>[1] = {},
) {
  const answer = await fn.invoke(body, options)
  return [answer.status, (json(answer.body) as { code: string }).code]
}

/** Waits for an effect of another process, for at most 20 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition was not met in time')
    await delay(5)
  }
}

/** Makes a call wait in the function until the test opens the gate. */
export function makeGate() {
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
