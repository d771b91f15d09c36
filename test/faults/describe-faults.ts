import { afterAll, describe, expect, it } from '@jest/globals'
import { startFaultRunner } from './fault-runner.ts'
import { commonStatusCases, faultCases } from './faults.ts'
import { DEADLINE_EXCEEDED, type DependencyName } from './verdicts.ts'

/**
 * The faults of one dependency that do not wait for a deadline, without the calls after a fault.
 * `npm run test:faults` runs all. Each dependency has its own test file, so that Jest runs them in
 * parallel.
 */
export async function describeFaults(title: string, dependency: DependencyName): Promise<void> {
  const runner = await startFaultRunner(dependency)
  afterAll(() => runner.close())
  const cases = [...faultCases(runner.redirectTarget), ...commonStatusCases()].filter(
    ({ expected }) => expected !== DEADLINE_EXCEEDED,
  )

  describe(title, () => {
    it.each(cases)('returns the expected verdict: $name', async (faultCase) => {
      const { verdict, findings } = await runner.run(faultCase, false)
      expect([verdict, ...findings]).toEqual([faultCase.expected[dependency]])
    })
  })
}
