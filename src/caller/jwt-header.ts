/** The JOSE header of a JWT access token (RFC 7515 §4, RFC 8725 §3.1 and §3.11). */
import type { JwtConfig } from '../config/model.ts'
import type { Check } from '../checks.ts'
import { isSignatureAlgorithm, type SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import {
  isStringOrUndefined,
  member,
  nonEmpty,
  stringMember,
  type JsonObject,
} from '../platform/json.ts'

/** The part of the header that selects a key. */
export interface SignatureHeader {
  readonly alg: SignatureAlgorithm
  readonly kid: string | undefined
  readonly x5t: string | undefined
}

/** `typ` of access tokens: RFC 9068 §2.1, and common values. Others are rejected (RFC 8725 §3.11). */
const ACCESS_TOKEN_TYPES = ['at+jwt', 'application/at+jwt']
const COMMON_TYPES = [...ACCESS_TOKEN_TYPES, 'jwt', 'application/jwt']

interface HeaderInput {
  readonly header: JsonObject
  readonly jwt: JwtConfig
}

/**
 * Header parameters that carry a key or its address (`jwk`, `jku`, `x5u`, `x5c`) are ignored, like all
 * parameters that are not listed here. Keys come from the configuration alone, so the signature of a
 * token that was signed with its own key is invalid.
 */
export const HEADER_CHECKS: readonly Check<HeaderInput>[] = [
  {
    name: 'alg',
    reason: 'algorithm_not_allowed',
    passes: ({ header, jwt }) => {
      const alg = member(header, 'alg')
      return isSignatureAlgorithm(alg) && jwt.algorithms.includes(alg)
    },
    expected: ({ jwt }) => jwt.algorithms,
    actual: ({ header }) => member(header, 'alg'),
  },
  // No extension is supported, so none may be critical; `b64` is one of them (RFC 7797).
  headerCheck('crit', 'no `crit`', isAbsent),
  headerCheck('b64', 'no `b64`', isAbsent),
  headerCheck('enc', 'no `enc`', isAbsent),
  headerCheck('zip', 'no `zip`', (value) => isAbsent(value) || isNone(value)),
  headerCheck('cty', 'no `cty`', isAbsent),
  headerCheck('kid', '`kid` as a string', isStringOrUndefined),
  headerCheck('typ', '`typ` as a string', isStringOrUndefined),
  {
    name: 'typ',
    reason: 'token_type_wrong',
    passes: ({ header, jwt }) => {
      const typ = member(header, 'typ')
      if (typeof typ !== 'string') return typ !== undefined || jwt.type === 'any'
      return acceptedTypes(jwt).includes(typ.toLowerCase())
    },
    expected: ({ jwt }) => acceptedTypes(jwt),
    actual: ({ header }) => member(header, 'typ'),
  },
]

function headerCheck(
  name: 'crit' | 'b64' | 'enc' | 'zip' | 'cty' | 'kid' | 'typ',
  expected: string,
  passes: (value: unknown) => boolean,
): Check<HeaderInput> {
  return {
    name,
    reason: 'header_unacceptable',
    passes: ({ header }) => passes(member(header, name)),
    expected: () => expected,
    actual: ({ header }) => member(header, name),
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined
}

/** PingAM writes `"zip":"NONE"` for a token that is not compressed. */
function isNone(value: unknown): boolean {
  return typeof value === 'string' && value.toUpperCase() === 'NONE'
}

function acceptedTypes({ type }: JwtConfig): readonly string[] {
  return type === 'at+jwt' ? ACCESS_TOKEN_TYPES : COMMON_TYPES
}

/** Undefined for an algorithm that is not known at all, and for a `kid` that is not a string. */
export function readSignatureHeader(header: JsonObject): SignatureHeader | undefined {
  const [alg, kid] = [member(header, 'alg'), member(header, 'kid')]
  if (!isSignatureAlgorithm(alg) || !isStringOrUndefined(kid)) return undefined
  // An empty name names no key, as in a JWK.
  return { alg, kid: nonEmpty(kid), x5t: stringMember(header, 'x5t') }
}
