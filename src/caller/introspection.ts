/** OAuth 2.0 Token Introspection (RFC 7662): the request, and how long its answer is reused. */
import type { IntrospectionConfig, IssuerConfig } from '../config/model.ts'
import { fault, withLogContext, type CacheUse, type Denial, type Fault } from '../decision.ts'
import { toFault, type SendAsClient } from '../oauth/send-as-client.ts'
import { cacheKey, ExpiringCache } from '../platform/cache.ts'
import { earliestOf, plus, type Clock, type Deadline } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { TokenClaims } from './claims.ts'
import { identificationOf, readIntrospectionAnswer } from './introspection-answer.ts'
import { firstBrokenRule } from './token-rules.ts'
import type { Verification, Verify } from './verified-caller.ts'

export interface Introspection {
  readonly claims: TokenClaims
  readonly cache: CacheUse
}

/** The claims of a token that the identity provider reports as active and that breaks none of the rules. */
export type Introspect = Verify<Introspection>

export interface Introspector {
  readonly introspect: Introspect
  /** Whether the answer about the token is cached. */
  readonly hasCachedAnswer: (token: Redacted) => boolean
}

export interface IntrospectionPorts {
  /** Returns the endpoint's address, which may have to be discovered first. */
  readonly locate: (deadline: Deadline) => Promise<Result<string, Fault>>
  readonly sendAsClient: SendAsClient
  readonly clock: Clock
}

/** Enough for the callers of one container within the longest cache time, five minutes. */
const MAX_CACHED_ANSWERS = 2_000

/** A larger answer is not cached: it would push out too many others. */
const MAX_CACHED_BYTES = 8 * 1024

/** Parsed JSON takes at most this many times its length in memory. */
const PARSED_SIZE_FACTOR = 4

/**
 * Asks the identity provider about a token. The rules are applied to a cached answer, too; a revocation
 * has an effect once that answer has expired.
 */
export function createIntrospector(
  issuer: IssuerConfig,
  introspection: IntrospectionConfig,
  { locate, sendAsClient, clock }: IntrospectionPorts,
): Introspector {
  const caching = introspection.cache > 0
  const answers = new ExpiringCache<TokenClaims>(MAX_CACHED_ANSWERS, clock)
  const keyOf = (endpoint: string, token: Redacted): string => cacheKey(endpoint, token.reveal())

  /** RFC 7662 §2.1. No `token_type_hint`: identity domains document none. */
  const request = async (
    endpoint: string,
    { token, jwt, deadline, observe }: Verification,
  ): Promise<Result<TokenClaims, Denial | Fault>> => {
    const text = token.reveal()
    // Without a `jti`, nothing in the answer identifies the token.
    const connection = identificationOf(jwt, issuer) ?? 'own'
    const form = { token: text }
    const answer = await sendAsClient(
      { endpoint, client: introspection.client, form, connection },
      deadline,
    )
    if (!answer.ok) {
      return failure(
        toFault(answer.error, (detail) => fault('introspection_unavailable', { detail })),
      )
    }
    const claims = readIntrospectionAnswer(answer.value, jwt, issuer, observe)
    // The token counts, too: claims may come from it.
    const size = answer.value.body.length + text.length
    if (caching && claims.ok && size <= MAX_CACHED_BYTES) {
      const end = plus(clock.now(), introspection.cache)
      const expiresAt = earliestOf(end, claims.value.expiresAt ?? end)
      answers.set(keyOf(endpoint, token), claims.value, expiresAt, size * PARSED_SIZE_FACTOR)
    }
    return claims
  }

  /** The endpoint of the last call: `hasCachedAnswer` cannot wait until it is discovered. */
  let lastEndpoint = ''

  const introspect: Introspect = async (verification) => {
    const endpoint = await locate(verification.deadline)
    if (!endpoint.ok) return failure(withLogContext(endpoint.error, { issuer: issuer.name }))

    lastEndpoint = endpoint.value
    const kept = caching ? answers.get(keyOf(endpoint.value, verification.token)) : undefined
    const cache = !caching ? 'off' : kept === undefined ? 'miss' : 'hit'
    const logContext = { issuer: issuer.name, callerCache: cache } as const

    if (kept === undefined) verification.beforeRequest()
    const claims = kept === undefined ? await request(endpoint.value, verification) : success(kept)
    if (!claims.ok) return failure(withLogContext(claims.error, logContext))
    const { observe } = verification
    const refusal = firstBrokenRule(claims.value, issuer.rules, clock.now(), observe)
    return refusal === undefined
      ? success({ claims: claims.value, cache })
      : failure(withLogContext(refusal, logContext))
  }
  return {
    introspect,
    hasCachedAnswer: (token) => caching && answers.get(keyOf(lastEndpoint, token)) !== undefined,
  }
}
