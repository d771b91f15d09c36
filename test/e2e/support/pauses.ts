/**
 * How many pauses of this length have ended since `start` (of `performance.now()`). A limit on requests
 * that grows by this holds on a slow machine, too.
 */
export function pausesSince(start: number, pauseSeconds: number): number {
  return Math.floor((performance.now() - start) / (pauseSeconds * 1000))
}
