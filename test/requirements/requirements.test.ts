import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

const TESTS = new URL('../', import.meta.url)
const HIGHEST = 55

const table = readFileSync(new URL('requirements/README.md', TESTS), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [number, , , files] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    return /^\d+$/.test(number ?? '') ? [{ number: Number(number), files: files ?? '' }] : []
  })

/** The numbers in the titles of tests and groups: `#12`, or `#12 to #14`. */
function numbersIn(file: string): Set<number> {
  const text = readFileSync(new URL(`${file}.test.ts`, TESTS), 'utf8')
  const numbers = new Set<number>()
  for (const line of text.match(/['`][^'`\n]*#\d+[^'`\n]*/g) ?? []) {
    for (const [, number] of line.matchAll(/#(\d+)/g)) numbers.add(Number(number))
    for (const [, first, last] of line.matchAll(/#(\d+) to #(\d+)/g)) {
      for (let number = Number(first); number <= Number(last); number += 1) numbers.add(number)
    }
  }
  return numbers
}

describe('the table of requirements', () => {
  it('has each number exactly once', () => {
    expect(table.map(({ number }) => number)).toStrictEqual(
      Array.from({ length: HIGHEST }, (_none, index) => index + 1),
    )
  })

  it.each(table)(
    'names files that have tests of requirement $number: $files',
    ({ number, files }) => {
      const names = files.split('; ')

      expect(names.filter((file) => !numbersIn(file).has(number))).toStrictEqual([])
    },
  )
})
