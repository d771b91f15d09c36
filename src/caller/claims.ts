/**
 * Reads the claims of a token, from a JWT (RFC 9068 §2.2) or an introspection answer (RFC 7662
 * §2.2), and rejects claims of the wrong type.
 */
import type { ClaimNames } from '../config/model.ts'
import type { NumericDate } from '../platform/clock.ts'
import { member, nonNullMember, stringOrStrings, type JsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'

/** The claims that the checks use, converted. Absent ones are undefined. */
export interface TokenClaims {
  readonly issuer: string | undefined
  readonly principal: string | undefined
  readonly audience: readonly string[] | undefined
  readonly clientId: string | undefined
  readonly scope: readonly string[]
  readonly expiresAt: NumericDate | undefined
  readonly notBefore: NumericDate | undefined
  readonly issuedAt: NumericDate | undefined
  /** All claims, as they came. */
  readonly members: JsonObject
}

/** A claim with a type or a value that it cannot have. */
export interface MalformedClaim {
  readonly name: string
  readonly expected: string
  readonly actual: unknown
}

/** 9999-12-31T23:59:59Z. A later instant is in milliseconds, or another error. */
const LATEST_INSTANT = 253_402_300_799

/** The claims of an introspection answer. Some servers write null for a member that they lack. */
export function readAnswerClaims(
  members: JsonObject,
  names: ClaimNames,
): Result<TokenClaims, MalformedClaim> {
  return readClaims(members, names, ['iss'], (name) => nonNullMember(members, name))
}

/**
 * The claims of a JWT. Registered claims that are strings (RFC 7519 §4.1) are checked even if nothing
 * uses them, and null is malformed.
 */
export function readJwtClaims(
  members: JsonObject,
  names: ClaimNames,
): Result<TokenClaims, MalformedClaim> {
  return readClaims(members, names, ['iss', 'sub', 'jti'], (name) => member(members, name))
}

type ReadClaim = (name: string) => unknown

function readClaims(
  members: JsonObject,
  names: ClaimNames,
  strings: readonly string[],
  claim: ReadClaim,
): Result<TokenClaims, MalformedClaim> {
  const malformed = findMalformed(names, strings, claim)
  if (malformed !== undefined) return failure(malformed)
  return success({
    issuer: text(['iss'], claim),
    principal: text(names.principal, claim),
    audience: stringOrStrings(claim('aud')),
    clientId: text(names.clientId, claim),
    scope: readScope(names.scope, claim),
    expiresAt: instant('exp', claim),
    notBefore: instant('nbf', claim),
    issuedAt: instant('iat', claim),
    members,
  })
}

/** The first claim of a wrong type. `strings`: claims that have to be strings if they are there. */
function findMalformed(
  names: ClaimNames,
  strings: readonly string[],
  claim: ReadClaim,
): MalformedClaim | undefined {
  const used = [names.principal, names.clientId].flatMap((each) => usedName(each, claim) ?? [])
  const types = [
    { claims: [...strings, ...used], expected: 'a string', isValid: isString },
    {
      claims: ['exp', 'nbf', 'iat'],
      expected: 'seconds since 1970, as a number',
      isValid: isInstant,
    },
    // Identity providers write either, for `aud` as for scopes.
    {
      claims: ['aud', ...names.scope],
      expected: 'a string or an array of strings',
      isValid: (value: unknown) => stringOrStrings(value) !== undefined,
    },
  ]
  for (const { claims, expected, isValid } of types) {
    const name = claims.find((each) => claim(each) !== undefined && !isValid(claim(each)))
    if (name !== undefined) return { name, expected, actual: claim(name) }
  }
  return undefined
}

/** Of several names for one claim, the first that has a value is used. */
function usedName(names: readonly string[], claim: ReadClaim): string | undefined {
  return names.find((name) => claim(name) !== undefined && claim(name) !== '')
}

function text(names: readonly string[], claim: ReadClaim): string | undefined {
  const name = usedName(names, claim)
  const value = name === undefined ? undefined : claim(name)
  return isString(value) ? value : undefined
}

function instant(name: string, claim: ReadClaim): NumericDate | undefined {
  const value = claim(name)
  return isInstant(value) ? value : undefined
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isInstant(value: unknown): value is NumericDate {
  return typeof value === 'number' && value >= 0 && value <= LATEST_INSTANT
}

/**
 * Claims whose string contains several scopes, separated by spaces (RFC 6749 §3.3). In other claims and
 * in arrays a string is one name of a role or group. A name with a space is left out: if the gateway or
 * a backend split it, its words would be taken for scopes.
 */
const SCOPE_LISTS: readonly string[] = ['scope', 'scp']

function readScope(names: readonly string[], claim: ReadClaim): readonly string[] {
  const scopes = names.flatMap((name) => {
    const value = claim(name)
    return typeof value === 'string' && SCOPE_LISTS.includes(name)
      ? value.split(' ')
      : (stringOrStrings(value) ?? [])
  })
  return [...new Set(scopes.filter((scope) => scope !== '' && !scope.includes(' ')))]
}
