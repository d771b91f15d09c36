import { readUnverifiedJwt } from '../oauth/unverified-jwt.ts'
import { member, stringOrStrings } from '../platform/json.ts'
import type { Warn, WarningReason } from '../reasons.ts'
import type { BackendCredential } from './credential.ts'

export interface ExpectedToken {
  /** The requested scopes, separated by spaces. At identity domains each is audience and scope in one. */
  readonly scope: string | undefined
  readonly audience: string | undefined
}

/**
 * Warns once where the token is a JWT with another audience or scope than configured, a common cause
 * of an unexplained 401 of Oracle Integration. The token is used all the same: only the backend knows
 * what it accepts.
 */
export function createIssuedTokenCheck(
  backend: string,
  expected: ExpectedToken,
  warn: Warn,
): (credential: BackendCredential) => void {
  let isChecked = false
  return ({ authorization }) => {
    if (isChecked) return
    isChecked = true
    const objection = objectionToToken(authorization.reveal().replace(/^Bearer /, ''), expected)
    if (objection !== undefined) warn(objection, { backend })
  }
}

function objectionToToken(token: string, expected: ExpectedToken): WarningReason | undefined {
  const payload = readUnverifiedJwt(token)?.payload
  if (payload === undefined) return undefined
  const audience = stringOrStrings(member(payload, 'aud')) ?? []
  const scope = ['scope', 'scp']
    .flatMap((name) => stringOrStrings(member(payload, name)) ?? [])
    .flatMap((text) => text.split(' '))
  if (expected.audience !== undefined && !audience.includes(expected.audience)) {
    return 'backend_audience_mismatch'
  }
  const wanted = expected.scope?.split(' ') ?? []
  // Plain scope names say nothing about the audience.
  const qualified = wanted.filter((text) => text.includes('://'))
  if (!qualified.every((text) => audience.some((name) => name !== '' && text.startsWith(name)))) {
    return 'backend_audience_mismatch'
  }
  const isGranted = (text: string): boolean =>
    scope.some((name) => name === text || audience.some((resource) => resource + name === text))
  return scope.length === 0 || wanted.every(isGranted) ? undefined : 'backend_scope_mismatch'
}
