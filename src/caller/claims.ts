/**
 * Reads the claims of a token, from a JWT (RFC 9068 §2.2) or an introspection answer (RFC 7662
 * §2.2), and rejects claims of the wrong type.
 */
import type { ClaimNames } from '../config/model.ts'
import type { NumericDate } from '../platform/clock.ts'
import { member, stringOrStrings, type JsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'

/** The claims that decide, typed. Absent ones are undefined. */
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

/** 9999-12-31T23:59:59Z. A later instant is milliseconds mistaken for seconds, or worse. */
const LATEST_INSTANT = 253_402_300_799

/** RFC 7519 §4.1: registered claims that are strings and are checked even if nothing uses them. */
const STRING_CLAIMS = ['iss', 'sub', 'jti']

/** The claims of an introspection answer. Some servers write null for a member that they lack. */
export function readAnswerClaims(
  members: JsonObject,
  names: ClaimNames,
): Result<TokenClaims, MalformedClaim> {
  return readClaims(names, members, (name) => member(members, name) ?? undefined)
}

/** The claims of a JWT. A registered claim that is null is malformed (RFC 7519 §4.1). */
export function readJwtClaims(
  members: JsonObject,
  names: ClaimNames,
): Result<TokenClaims, MalformedClaim> {
  const malformed = STRING_CLAIMS.find((name) => !isTextOrAbsent(member(members, name)))
  if (malformed !== undefined) {
    return failure({ name: malformed, expected: TEXT, actual: member(members, malformed) })
  }
  return readClaims(names, members, (name) => member(members, name))
}

const TEXT = 'a string'
const INSTANT = 'seconds since 1970, as a number'
const TEXTS = 'a string or an array of strings'

type Claim = (name: string) => unknown

function readClaims(
  names: ClaimNames,
  members: JsonObject,
  claim: Claim,
): Result<TokenClaims, MalformedClaim> {
  const malformed = findMalformed(names, claim)
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

/** Of several names for one claim, the first that has a value is used. */
function findMalformed(names: ClaimNames, claim: Claim): MalformedClaim | undefined {
  const used = [usedName(names.principal, claim), usedName(names.clientId, claim)]
  return (
    malformedOf(['iss', ...used], TEXT, isText, claim) ??
    malformedOf(['exp', 'nbf', 'iat'], INSTANT, isInstant, claim) ??
    // Identity providers write either, for `aud` as for scopes.
    malformedOf(['aud', ...names.scope], TEXTS, isTextOrTexts, claim)
  )
}

function malformedOf(
  names: readonly (string | undefined)[],
  expected: string,
  isSound: (value: unknown) => boolean,
  claim: Claim,
): MalformedClaim | undefined {
  for (const name of names) {
    const actual = name === undefined ? undefined : claim(name)
    if (name !== undefined && actual !== undefined && !isSound(actual)) {
      return { name, expected, actual }
    }
  }
  return undefined
}

function usedName(names: readonly string[], claim: Claim): string | undefined {
  return names.find((name) => {
    const value = claim(name)
    return value !== undefined && value !== ''
  })
}

function text(names: readonly string[], claim: Claim): string | undefined {
  const name = usedName(names, claim)
  const value = name === undefined ? undefined : claim(name)
  return isText(value) ? value : undefined
}

function instant(name: string, claim: Claim): NumericDate | undefined {
  const value = claim(name)
  return isInstant(value) ? value : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTextOrTexts(value: unknown): boolean {
  return stringOrStrings(value) !== undefined
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || isText(value)
}

function isInstant(value: unknown): value is NumericDate {
  return typeof value === 'number' && value >= 0 && value <= LATEST_INSTANT
}

/**
 * Claims whose string holds several scopes, separated by spaces (RFC 6749 §3.3). In other claims and
 * in arrays a string is one scope: names of roles and groups may contain spaces, and the words of
 * such a name are no scopes.
 */
const SCOPE_LISTS: readonly string[] = ['scope', 'scp']

function readScope(names: readonly string[], claim: Claim): readonly string[] {
  const scopes = names.flatMap((name) => {
    const value = claim(name)
    return typeof value === 'string' && SCOPE_LISTS.includes(name)
      ? value.split(' ')
      : (stringOrStrings(value) ?? [])
  })
  return [...new Set(scopes.filter((scope) => scope !== '' && !scope.includes(' ')))]
}
