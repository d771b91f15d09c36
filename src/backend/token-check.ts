/**
 * Owns the look at our own token: whether it is what the backend is configured to want.
 * Pure but for the warning.
 */
import { readUnverifiedJwt } from '../oauth/unverified-jwt.ts'
import { member, stringOrStrings } from '../platform/json.ts'
import type { Warn, WarningReason } from '../reasons.ts'
import type { BackendCredential } from './credential.ts'

export interface ExpectedToken {
  /** Fully qualified, as identity domains have it: audience and scope in one. */
  readonly scope: string | undefined
  readonly audience: string | undefined
}

/**
 * Warns where the token is a JWT whose audience or scope is another than was wanted: the commonest
 * cause of a 401 of Oracle Integration that nobody can explain. The token is not held back, as the
 * backend alone knows what it takes; and it is looked at once.
 */
export function createTokenCheck(
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
  // Plain scope names tell nothing about the audience.
  const qualified = wanted.filter((text) => text.includes('://'))
  if (!qualified.every((text) => audience.some((name) => name !== '' && text.startsWith(name)))) {
    return 'backend_audience_mismatch'
  }
  const isGranted = (text: string): boolean =>
    scope.some((name) => name === text || audience.some((resource) => resource + name === text))
  return scope.length === 0 || wanted.every(isGranted) ? undefined : 'backend_scope_mismatch'
}
