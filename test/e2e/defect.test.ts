/** A defect in the bundled authorizer: func.ts must not pass its error on. */
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { startFunctionProcess, TOKEN_PAYLOAD } from './support/function-process.ts'
import { FUNCTION_ENTRY } from './support/harness.ts'
import { testFolder } from './support/test-harness.ts'

const folder = testFolder()

/** Calls the built function with this code in place of the authorizer. */
async function callWithAuthorizer(code: string) {
  const artifact = mkdtempSync(join(folder, 'artifact-'))
  copyFileSync(FUNCTION_ENTRY, join(artifact, 'func.js'))
  writeFileSync(join(artifact, 'authorizer.js'), code)
  const instance = await startFunctionProcess({}, { entry: join(artifact, 'func.js') })
  const answer = await instance.post(TOKEN_PAYLOAD)
  const printed = instance.log.map(({ line }) => line).join('\n')
  await instance.end()
  return { answer, printed }
}

describe('a defect', () => {
  it.each([
    ['in a call', 'exports.start = () => async () => { throw new Error(`the-${"secret"}`) }'],
    ['in a part of a call', 'exports.start = () => () => { throw new Error(`the-${"secret"}`) }'],
  ])(
    '%s is 502 with a constant message, and nothing of its error is printed',
    async (_case, code) => {
      const { answer, printed } = await callWithAuthorizer(code)

      expect(answer.status).toBe(502)
      expect(answer.body).toContain('The authorizer could not decide')
      expect(answer.body + printed).not.toContain('the-secret')
    },
  )
})
