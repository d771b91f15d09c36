import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { imageNodeOptions } from '../../scripts/build/node-options.ts'
import { ACCEPTANCE_SCRIPT } from '../../scripts/image/compiled-code.ts'
import { compiledName, wrapped } from '../../src/platform/compiled-file.ts'
import { startFunctionProcess, TOKEN_PAYLOAD } from './support/function-process.ts'
import { FUNCTION_ENTRY } from './support/harness.ts'
import { startTestHarness, testFolder } from './support/test-harness.ts'

const BUNDLE = join(dirname(FUNCTION_ENTRY), 'authorizer.js')

const folder = testFolder()
const harness = await startTestHarness()

describe('the compiled code', () => {
  it('is accepted with the Node options of the image', () => {
    const answer = execFileSync(
      process.execPath,
      [...imageNodeOptions(), '-e', ACCEPTANCE_SCRIPT, compiledName(BUNDLE)],
      { input: wrapped(readFileSync(BUNDLE, 'utf8')) },
    )
    expect(answer.toString()).toBe('true')
  })

  it.each<[string, (compiled: Buffer) => Buffer | undefined]>([
    ['absent', () => undefined],
    ['empty', () => Buffer.alloc(0)],
    ['invalid', (compiled) => Buffer.from(compiled).fill(0x5a)],
    ['truncated', (compiled) => compiled.subarray(0, 1000)],
    ['of another source', (compiled) => withByteFlipped(compiled, 8)],
    ['of another version of V8', (compiled) => withByteFlipped(compiled, 4)],
  ])('is ignored if it is %s', async (_case, damage) => {
    const artifact = mkdtempSync(join(folder, 'dist-'))
    cpSync(dirname(FUNCTION_ENTRY), artifact, { recursive: true })
    const path = compiledName(join(artifact, 'authorizer.js'))
    const damaged = damage(readFileSync(path))
    if (damaged === undefined) rmSync(path)
    else writeFileSync(path, damaged)

    const entry = join(artifact, 'func.js')
    const instance = await startFunctionProcess(harness.environment, { entry })
    const { body } = await instance.post(TOKEN_PAYLOAD)
    await instance.end()

    expect(JSON.parse(body)).toEqual(expect.objectContaining({ active: true }))
  })
})

function withByteFlipped(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[index] = (copy[index] ?? 0) ^ 0xff
  return copy
}
