/** Repeatable randomness: the same seed gives the same numbers. */

export type SeededChance = () => number

/** Numbers from 0 (included) to 1 (excluded): a linear congruential generator, good enough to mix. */
export function seededChance(seed: number): SeededChance {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function oneOf<T>(chance: SeededChance, items: readonly [T, ...T[]]): T {
  return items[Math.floor(chance() * items.length)] ?? items[0]
}
