import { afterAll, describe, expect, it } from '@jest/globals'
import { startCells } from './cells.ts'
import { faultRows, someStatusRows } from './faults.ts'
import { LATE, type DependencyName } from './verdicts.ts'

/**
 * The quick part of the fault suite at one dependency of a cold function: all faults that take no
 * waiting. `npm run test:faults` runs all of it. Each dependency has a file, for jest to run beside
 * the others.
 */
export async function describeFaults(title: string, dependency: DependencyName): Promise<void> {
  const cells = await startCells(dependency)
  afterAll(() => cells.close())
  const rows = [...faultRows(cells.elsewhere), ...someStatusRows()]

  describe(title, () => {
    it.each(rows.filter(({ expected }) => expected !== LATE))('$name', async (row) => {
      const { verdict, findings } = await cells.try(row, false)

      expect([verdict, ...findings]).toEqual([row.expected[dependency]])
    })
  })
}
