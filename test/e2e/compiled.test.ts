import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { imageNodeOptions } from '../../scripts/build/node-options.ts'
import { ACCEPTANCE_SCRIPT } from '../../scripts/image/compiled-code.ts'
import { compiledName, wrapped } from '../../src/platform/compiled-file.ts'
import { startByHand, TOKEN_PAYLOAD } from './support/by-hand.ts'
import { startTestWorld, testFolder } from './support/test-world.ts'
import { FUNCTION_ENTRY } from './support/world.ts'

const BUNDLE = join(dirname(FUNCTION_ENTRY), 'authorizer.js')

const folder = testFolder()
const world = await startTestWorld()

describe('the compiled code', () => {
  it('is used with the image’s options', () => {
    const answer = execFileSync(
      process.execPath,
      [...imageNodeOptions(), '-e', ACCEPTANCE_SCRIPT, compiledName(BUNDLE)],
      { input: wrapped(readFileSync(BUNDLE, 'utf8')) },
    )
    expect(answer.toString()).toBe('true')
  })

  it.each<[string, (compiled: Buffer) => Buffer | undefined]>([
    ['is absent', () => undefined],
    ['is empty', () => Buffer.alloc(0)],
    ['is garbage', (compiled) => Buffer.from(compiled).fill(0x5a)],
    ['is cut', (compiled) => compiled.subarray(0, 1000)],
    ['is of another source', (compiled) => flipped(compiled, 8)],
    ['is of another V8', (compiled) => flipped(compiled, 4)],
  ])('only costs time if it %s', async (_case, spoil) => {
    const artifact = mkdtempSync(join(folder, 'dist-'))
    cpSync(dirname(FUNCTION_ENTRY), artifact, { recursive: true })
    const path = compiledName(join(artifact, 'authorizer.js'))
    const spoilt = spoil(readFileSync(path))
    if (spoilt === undefined) rmSync(path)
    else writeFileSync(path, spoilt)

    const instance = await startByHand(world.environment, { entry: join(artifact, 'func.js') })
    const { body } = await instance.post(TOKEN_PAYLOAD)
    await instance.end()

    expect(JSON.parse(body)).toEqual(expect.objectContaining({ active: true }))
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}
