import { readAnswerClaims, type TokenClaims } from '../../../src/caller/claims.ts'
import type { Denial, Fault } from '../../../src/decision.ts'
import { failure, type Result } from '../../../src/platform/result.ts'
import { CLAIM_NAMES } from './issuers.ts'
import { jsonObject } from './tokens.ts'

export function claimsOf(members: object, names = CLAIM_NAMES): TokenClaims {
  const read = readAnswerClaims(jsonObject(members), names)
  if (!read.ok) throw new Error(`the test's \`${read.error.name}\` is malformed`)
  return read.value
}

/** The decision without `expected` and `actual` in its log context. */
export function withoutComparison<D extends Denial | Fault>(decision: D): D {
  const logContext = Object.entries(decision.logContext).filter(
    ([name]) => !['expected', 'actual'].includes(name),
  )
  return { ...decision, logContext: Object.fromEntries(logContext) }
}

/** The same for a result. */
export function plain<T, D extends Denial | Fault>(result: Result<T, D>): Result<T, D> {
  return result.ok ? result : failure(withoutComparison(result.error))
}
