import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { diagnoseBrokenSetup, formatDiagnosis } from '../../scripts/demo/diagnosis.ts'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { play, STORIES } from '../../scripts/demo/play.ts'
import { differences } from '../../scripts/demo/format.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack()
})
afterAll(() => stack.close())

// In this order: later stories depend on the caches after the earlier ones.
describe('the demo', () => {
  it.each(STORIES)('ends as expected: $title', async (story) => {
    expect(differences(await play(story, stack))).toEqual([])
  })

  it('diagnoses a broken set-up', async () => {
    const diagnosis = await diagnoseBrokenSetup(stack)
    expect(diagnosis).toMatchObject({ status: 502, reason: 'credential_refused' })
    expect(firstFailure(diagnosis.checks)).toMatchObject({
      name: 'backend token',
      remedy: expect.stringContaining('token endpoint is in the callers’ domain'),
    })
    expect(formatDiagnosis(diagnosis).split('\n').length).toBeLessThan(25)
  })
})
