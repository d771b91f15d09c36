/** Seconds since the epoch, as in claims (RFC 7519 §2). */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}

/**
 * The number of whole intervals since `start` (of `performance.now()`). Limits on requests grow by
 * it, so that they also hold on a slow machine.
 */
export function intervalsSince(start: number, intervalSeconds: number): number {
  return Math.floor((performance.now() - start) / (intervalSeconds * 1000))
}
