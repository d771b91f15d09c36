import type { Counts } from './calls.ts'

/** Prints the report of the soak. Returns true if nothing was wrong. */
export function report(
  { calls, permits, denials, faults, wrong }: Counts,
  failures: ReadonlyMap<string, number>,
  exits: number,
): boolean {
  for (const [name, times] of [...failures].sort())
    console.log(`  ${String(times).padStart(4)} × ${name}`)
  console.log(`calls ${calls}: permits ${permits}, denials ${denials}, faults ${faults}`)
  const kinds = new Map<string, number>()
  for (const what of wrong) kinds.set(what, (kinds.get(what) ?? 0) + 1)
  console.log(
    `wrong permits ${count(wrong, /: permit$/)}, wrong denials ${count(wrong, /: deny$/)}, faults without a failure ${count(wrong, /: fault$/)}, other ${count(wrong, /: (refused|something)/)}, exits ${exits}`,
  )
  for (const [what, times] of kinds) console.log(`  ${times} × ${what}`)
  return wrong.length === 0 && exits === 0 && permits > 0 && denials > 0
}

function count(texts: readonly string[], pattern: RegExp): number {
  return texts.filter((text) => pattern.test(text)).length
}
