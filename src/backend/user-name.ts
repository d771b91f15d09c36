import type { IssuerConfig, JwtBearerGrantConfig } from '../config/model.ts'
import { member, nonEmpty, stringMember, type JsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { COMMON_CLAIM_NAMES, providerNamed } from '../providers/index.ts'
import { APPLICATION_MARKS, isEmail } from '../providers/user-claims.ts'
import type { BackendCall } from './credential.ts'

/** Longer than login names of identity domains. */
const MAX_NAME_LENGTH = 256

/**
 * Invisible characters, and characters that a directory may drop or replace when it compares
 * names: control, format, line and paragraph separators, lone surrogates, spaces other than U+0020.
 */
const UNUSABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?! )\p{Zs}/u

/** Why a token names no user, for the log. */
export type UserNameProblem = 'claim_missing' | 'name_malformed' | 'application' | 'not_verified'

type Caller = Pick<BackendCall, 'claims' | 'clientId'>

/** The user name in the configured claim, exactly as it is there. `provider`: the issuer's, if known. */
export function readUserName(
  caller: Caller,
  provider: IssuerConfig['provider'],
  { subjectClaim: claim, acceptsUserControlledClaim }: JwtBearerGrantConfig,
): Result<string, UserNameProblem> {
  const { claims } = caller
  const name = nonEmpty(stringMember(claims, claim))
  if (name === undefined) return failure('claim_missing')
  const isWellFormed =
    name === name.trim() && name.length <= MAX_NAME_LENGTH && !UNUSABLE.test(name)
  if (!isWellFormed) return failure('name_malformed')
  if (isApplication(name, caller)) return failure('application')
  const isVerified = verificationOf(claim, claims)
  const mustBeStated =
    isEmail(claim) &&
    !acceptsUserControlledClaim &&
    providerNamed(provider)?.tokens?.emailNeedsVerifiedClaim === true
  return isVerified === false || (isVerified === undefined && mustBeStated)
    ? failure('not_verified')
    : success(name)
}

/** Claims whose values distinguish an application from a person. */
const NAME_CLAIMS = ['sub', 'preferred_username', 'username']

/** Keycloak's service accounts, and Auth0's machine-to-machine tokens. */
const APPLICATION_NAME = /^service-account-|@clients$/i

/**
 * An application's token has a mark of its provider, or its client id as `sub` (RFC 9068 §2.2). Some
 * user may have the same name.
 */
function isApplication(name: string, { claims, clientId }: Caller): boolean {
  const valuesOf = (names: readonly string[]) => names.map((each) => member(claims, each))
  const names = [name, ...valuesOf(NAME_CLAIMS)]
  // The configuration may take the client id from a claim of its own.
  const clientIds = [clientId, ...valuesOf(COMMON_CLAIM_NAMES.clientId)]
  return (
    Object.entries(APPLICATION_MARKS).some(([mark, value]) => member(claims, mark) === value) ||
    names.some(
      (each) =>
        typeof each === 'string' && (clientIds.includes(each) || APPLICATION_NAME.test(each)),
    )
  )
}

/** Whether the token states that the claim is verified (OpenID Connect Core §5.1). Some servers send a string. */
function verificationOf(claim: string, claims: JsonObject): boolean | undefined {
  const flags = [`${claim}_verified`, ...(isEmail(claim) ? ['email_verified'] : [])]
  const stated = flags.map((flag) => member(claims, flag)).filter((flag) => flag !== undefined)
  return stated.length === 0 ? undefined : stated.every((flag) => flag === true || flag === 'true')
}
