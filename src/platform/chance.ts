/** Randomness that spreads over time what many instances would otherwise do at the same moment. */
import { randomInt } from 'node:crypto'

/** A number from 0 (included) to 1 (excluded). */
export type Chance = () => number

const STEPS = 2 ** 32

export const systemChance: Chance = () => randomInt(STEPS) / STEPS
