/** y of the points whose order divides 8: computed, so that the list in the code is no mere copy. */
export function smallOrderPoints(): string[] {
  const p = 2n ** 255n - 19n
  const power = (base: bigint, exponent: bigint): bigint => {
    if (exponent === 0n) return 1n
    const half = power((base * base) % p, exponent / 2n)
    return exponent % 2n === 1n ? (half * base) % p : half
  }
  const inverse = (value: bigint): bigint => power(value, p - 2n)
  const root = (square: bigint): bigint | undefined => {
    const candidate = power(square, (p + 3n) / 8n)
    return [candidate, (candidate * power(2n, (p - 1n) / 4n)) % p].find(
      (each) => (each * each - square) % p === 0n,
    )
  }
  const d = (p - ((121_665n * inverse(121_666n)) % p)) % p
  // A point of order 8 has a double of order 4, whose y is 0: then x² = -y², and d·y⁴ + 2·y² - 1 = 0.
  const discriminant = root((1n + d) % p) ?? 0n
  const ofOrder8 = [discriminant, p - discriminant]
    .map((each) => root((((each - 1n + p) % p) * inverse(d)) % p))
    .flatMap((y) => (y === undefined ? [] : [y, p - y]))
  return [0n, 1n, p - 1n, p, p + 1n, ...ofOrder8].flatMap((y) =>
    [y, y + 2n ** 255n].map((point) =>
      Buffer.from(point.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url'),
    ),
  )
}
