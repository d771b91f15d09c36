/** The supported signature algorithms (RFC 7518 §3.1, RFC 9864) and their keys. */

/** `kty` and, where the algorithm names a curve, `crv`. There is no symmetric one, and no `none`. */
export const SIGNATURE_ALGORITHMS = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
} as const satisfies Record<string, { readonly kty: string; readonly crv?: string }>

export type SignatureAlgorithm = keyof typeof SIGNATURE_ALGORITHMS

/** RFC 7518 §3.3: “A key of size 2048 bits or larger MUST be used”. */
export const MIN_RSA_BITS = 2048

/** Whether both names mean one algorithm: RFC 9864 §2.2 gives `EdDSA` with Ed25519 a name of its own. */
export function isSameAlgorithm(one: string, other: string): boolean {
  const names = ['EdDSA', 'Ed25519']
  return one === other || (names.includes(one) && names.includes(other))
}

export function isSignatureAlgorithm(name: unknown): name is SignatureAlgorithm {
  return typeof name === 'string' && Object.hasOwn(SIGNATURE_ALGORITHMS, name)
}
