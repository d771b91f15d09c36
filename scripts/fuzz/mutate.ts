/**
 * Owns the changes that make a new input of those at hand.
 * Pure: chance is given.
 */
import type { SeededChance } from '../soak/chance.ts'

/** What parsers are known to stumble over. */
const MORSELS = [
  ...[
    '"',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '\\',
    '.',
    '=',
    '&',
    ' ',
    '\n',
    '\0',
    '\u2028',
    '%',
    '%00',
  ],
  ...['null', 'true', 'false', '-0', '1e308', '1e999', '9007199254740993', '""', '{}', '[]'],
  ...['"__proto__":{}', '"constructor":null', '"active":true', '"exp":1e308', 'Bearer ', 'bearer'],
  ...['any', 'https://', 'http://127.0.0.1', 'file:///', 'ocid1.', '\\u0000', '\ud800', '\ufeff'],
]

const LONGEST_INPUT_BYTES = 20_000

/** One to four changes to `input`, some of them with a piece of `other`. */
export function mutated(input: Buffer, other: Buffer, chance: SeededChance): Buffer {
  let bytes = input
  const at = (length: number): number => Math.floor(chance() * (length + 1))
  for (let change = Math.floor(chance() * 4); change >= 0; change -= 1) {
    const from = at(bytes.length)
    const to = Math.min(bytes.length, from + at(8))
    const [before, after] = [bytes.subarray(0, from), bytes.subarray(to)]
    const kind = chance()
    if (kind < 0.25) bytes = Buffer.concat([before, after])
    else if (kind < 0.45) bytes = Buffer.concat([before, Buffer.from([at(255)]), after])
    else if (kind < 0.75) {
      const morsel = MORSELS[Math.floor(chance() * MORSELS.length)] ?? ''
      bytes = Buffer.concat([before, Buffer.from(morsel), after])
    } else if (kind < 0.9) {
      const start = at(other.length)
      bytes = Buffer.concat([before, other.subarray(start, start + at(40)), after])
    } else {
      const again = bytes.subarray(from, from + at(60))
      bytes = Buffer.concat([before, again, again, after])
    }
  }
  return bytes.subarray(0, LONGEST_INPUT_BYTES)
}
