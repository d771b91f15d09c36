import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startCells, type Cells } from './cells.ts'
import { faultRows, someStatusRows } from './faults.ts'
import type { DependencyName } from './verdicts.ts'

/** Rows are made with the address of a server that must not be called; their names do not need it. */
const NAMES = [...faultRows(''), ...someStatusRows()].flatMap(({ name, hangs }) =>
  hangs === true ? [] : [name],
)

/**
 * The quick part of the fault suite at one dependency of a cold function: all faults that take no
 * waiting. `npm run test:faults` runs all of it. Each dependency has a file, for jest to run beside
 * the others.
 */
export function describeFaults(title: string, dependency: DependencyName): void {
  describe(title, () => {
    let cells: Cells
    beforeAll(async () => {
      cells = await startCells(dependency)
    })
    afterAll(() => cells.close())

    it.each(NAMES)('%s', async (name) => {
      const rows = [...faultRows(cells.elsewhere), ...someStatusRows()]
      const row = rows.find((each) => each.name === name)
      if (row === undefined) throw new Error('there is no such row')

      const { verdict, findings } = await cells.try(row, false)

      expect([verdict, ...findings]).toEqual([row.expected[dependency]])
    })
  })
}
