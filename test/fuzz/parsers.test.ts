/**
 * Random inputs for each parser, mostly mutations of valid ones. `npm run fuzz` tests each parser for
 * `FUZZ_SECONDS`. fast-check prints the seed and the smallest failing input.
 */
import { describe, it } from '@jest/globals'
import fc from 'fast-check'
import { PARSERS } from './parsers.ts'

const FUZZ_SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 0)

/** Fragments that parsers often mishandle. */
const FRAGMENTS = [
  ...Array.from('"{}[]:,\\.=& \n\0\u2028%'),
  '%00',
  ...['null', 'true', 'false', '-0', '1e308', '1e999', '9007199254740993', '""', '{}', '[]'],
  ...['"__proto__":{}', '"constructor":null', '"active":true', '"exp":1e308', 'Bearer ', 'bearer'],
  ...['any', 'https://', 'http://127.0.0.1', 'file:///', 'ocid1.', '\\u0000', '\ud800', '\ufeff'],
]

const edits = fc.array(
  fc.record({
    /** The position, as a fraction of the input's length. */
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(60)),
    insert: fc.oneof(
      fc.constantFrom('', ...FRAGMENTS),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.json({ maxDepth: 2 }),
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

function inputs(samples: readonly string[]): fc.Arbitrary<Buffer> {
  const mutations = fc.tuple(fc.constantFrom(...samples), edits).map(([sample, changes]) =>
    changes.reduce((text, { at, remove, insert }) => {
      const start = Math.floor(at * text.length)
      return text.slice(0, start) + insert + text.slice(start + remove)
    }, sample),
  )
  return fc.oneof(
    { weight: 8, arbitrary: mutations.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  )
}

describe.each(PARSERS)('$name', ({ samples, check }) => {
  it(
    'does not throw, and rejects invalid input',
    () => {
      fc.assert(
        fc.property(inputs(samples), check),
        FUZZ_SECONDS > 0
          ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: FUZZ_SECONDS * 1000 }
          : { numRuns: 500 },
      )
    },
    FUZZ_SECONDS * 1000 + 30_000,
  )
})
