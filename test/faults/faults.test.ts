/**
 * Owns the quick part of the fault suite: what takes no waiting, at each neighbour, cold. The whole
 * of it, with recovery and every status, is `npm run test:faults`.
 * I/O: starts the function, its neighbours and the proxies between them.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startCells, type Cells } from './cells.ts'
import { faultRows, someStatusRows } from './faults.ts'
import { NEIGHBOURS } from './verdicts.ts'

/** Rows are made with the address of a server that must not be asked; their names need none. */
const NAMES = [...faultRows(''), ...someStatusRows()].flatMap(({ name, hangs }) =>
  hangs === true ? [] : [name],
)

describe.each(NEIGHBOURS)('#37, #39, #51: a neighbour that goes wrong: %s', (neighbour) => {
  let cells: Cells
  beforeAll(async () => {
    cells = await startCells(neighbour)
  })
  afterAll(() => cells.close())

  it.each(NAMES)('%s', async (name) => {
    const rows = [...faultRows(cells.elsewhere), ...someStatusRows()]
    const row = rows.find((each) => each.name === name)
    if (row === undefined) throw new Error('there is no such row')

    const { verdict, findings } = await cells.try(row, false)

    expect([verdict, ...findings]).toEqual([row.expected[neighbour]])
  })
})
