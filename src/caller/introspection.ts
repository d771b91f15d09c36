/**
 * Owns OAuth 2.0 Token Introspection (RFC 7662): the question, the judgement of the answer, and
 * how long an answer is reused.
 * I/O: asks the introspection endpoint through the port that it is given.
 */
import type { ClaimNames, IntrospectionConfig, IssuerConfig } from '../config/model.ts'
import {
  denial,
  fault,
  refusalBy,
  withCircumstances,
  type CacheUse,
  type Denial,
  type Fault,
} from '../decision.ts'
import type { Observe } from '../findings.ts'
import { toFault, type AskAsClient } from '../oauth/client-exchange.ts'
import { readErrorCode, readJsonAnswer } from '../oauth/form-request.ts'
import { INVALID_CLIENT_HINT, isInvalidClient } from '../oauth/token-endpoint.ts'
import { readUnverifiedJwt } from '../oauth/unverified-jwt.ts'
import { cacheKey, ExpiringCache } from '../platform/cache.ts'
import { earliest, later, type Clock, type Deadline } from '../platform/clock.ts'
import type { HttpAnswer } from '../platform/http.ts'
import { member, type JsonObject } from '../platform/json.ts'
import type { LogValue } from '../platform/log.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { ANSWER_CHECKS } from './answer-checks.ts'
import { readAnswerClaims, type TokenClaims } from './claims.ts'
import { TOKEN_KIND_CLAIMS } from './token-kind.ts'
import { objectionTo } from './token-rules.ts'
import type { BeforeAsking } from './verified-caller.ts'

export interface Introspection {
  readonly claims: TokenClaims
  readonly cache: CacheUse
}

/** Claims that the identity provider vouches for and that the issuer's rules have nothing against. */
export type Introspect = (
  token: Redacted,
  deadline: Deadline,
  beforeAsking: BeforeAsking,
  observe?: Observe,
) => Promise<Result<Introspection, Denial | Fault>>

export interface IntrospectionPorts {
  /** Gives the endpoint's address, which discovery may have to find first. */
  readonly locate: (deadline: Deadline) => Promise<Result<string, Fault>>
  readonly askAsClient: AskAsClient
  readonly clock: Clock
}

/** Enough for the callers of one container in the five minutes that an answer is kept at most. */
const CACHED_ANSWERS = 2_000

/** What is larger is not kept: it would push out too many others. */
const LARGEST_CACHED_BYTES = 8 * 1024

/** Read, JSON takes so many times its length in memory, or less. */
const PARSED = 4

/**
 * Asks the identity provider about a token. The rules are applied anew to a cached answer; a
 * revocation shows once that answer has run out.
 */
export function createIntrospect(
  issuer: IssuerConfig,
  introspection: IntrospectionConfig,
  { locate, askAsClient, clock }: IntrospectionPorts,
): Introspect {
  const caching = introspection.cache > 0
  const answers = new ExpiringCache<TokenClaims>(CACHED_ANSWERS, clock)

  const ask = async (
    endpoint: string,
    token: Redacted,
    key: string,
    deadline: Deadline,
    observe?: Observe,
  ): Promise<Result<TokenClaims, Denial | Fault>> => {
    const answer = await requestIntrospection(endpoint, introspection, askAsClient, token, deadline)
    if (!answer.ok) {
      return failure(
        toFault(answer.error, (detail) => fault('introspection_unavailable', { detail })),
      )
    }
    const claims = readIntrospectionAnswer(answer.value, token, issuer, observe)
    // What is taken from the token counts, too.
    const size = answer.value.body.length + token.reveal().length
    if (caching && claims.ok && size <= LARGEST_CACHED_BYTES) {
      const end = later(clock.now(), introspection.cache)
      answers.set(key, claims.value, earliest(end, claims.value.expiresAt ?? end), size * PARSED)
    }
    return claims
  }

  return async (token, deadline, beforeAsking, observe) => {
    const endpoint = await locate(deadline)
    if (!endpoint.ok) return failure(withCircumstances(endpoint.error, { issuer: issuer.name }))

    const key = cacheKey(endpoint.value, introspection.client.clientId, token.reveal())
    const kept = caching ? answers.get(key) : undefined
    const cache = !caching ? 'off' : kept === undefined ? 'miss' : 'hit'
    const circumstances = { issuer: issuer.name, callerCache: cache } as const

    if (kept === undefined) beforeAsking()
    const claims =
      kept === undefined ? await ask(endpoint.value, token, key, deadline, observe) : success(kept)
    if (!claims.ok) return failure(withCircumstances(claims.error, circumstances))
    const objection = objectionTo(claims.value, issuer.rules, clock.now(), observe)
    return objection === undefined
      ? success({ claims: claims.value, cache })
      : failure(withCircumstances(objection, circumstances))
  }
}

/** RFC 7662 §2.1. No `token_type_hint`: identity domains document none. */
function requestIntrospection(
  endpoint: string,
  { client }: IntrospectionConfig,
  askAsClient: AskAsClient,
  token: Redacted,
  deadline: Deadline,
) {
  return askAsClient(
    {
      endpoint,
      client,
      form: { token: token.reveal() },
      isClientRefused: isInvalidClient,
    },
    deadline,
  )
}

/**
 * RFC 7662 §2.2 and §2.3. Only status 200 with a JSON object is an answer; that our client was
 * refused is our own trouble and says nothing about the caller's token.
 */
export function readIntrospectionAnswer(
  answer: HttpAnswer,
  token: Redacted,
  issuer: IssuerConfig,
  observe?: Observe,
): Result<TokenClaims, Denial | Fault> {
  const detail = `status_${answer.status}`
  if ([400, 401, 403].includes(answer.status)) {
    const code = readErrorCode(answer)
    const hint = code === 'invalid_client' ? { hint: INVALID_CLIENT_HINT } : {}
    return failure(fault('introspection_refused', { detail: code ?? detail, ...hint }))
  }
  if (answer.status !== 200) return failure(fault('introspection_unavailable', { detail }))

  const members = readJsonAnswer(answer)
  if (members === undefined) {
    return failure(fault('introspection_unusable', { detail: 'not_json' }))
  }
  const refusal = refusalBy(ANSWER_CHECKS, members, observe)
  if (refusal !== undefined) return failure(refusal)
  const told = readAnswerClaims(members, issuer.claimNames)
  if (!told.ok) {
    const { name, expected } = told.error
    const detail = `member_malformed: ${name}`
    return failure(
      fault('introspection_unusable', { detail, expected: `\`${name}\` as ${expected}` }),
    )
  }

  // The endpoint has just vouched for this very token, and so for what it holds.
  const payload = readUnverifiedJwt(token.reveal())?.payload
  const claims = readAnswerClaims(complete(members, payload, issuer), namesTold(members, issuer))
  if (claims.ok) return claims
  const { name, expected, actual } = claims.error
  return failure(
    denial('claims_malformed', {
      expected: `\`${name}\` as ${expected}`,
      actual: actual as LogValue,
    }),
  )
}

function has(members: JsonObject, name: string): boolean {
  return (member(members, name) ?? undefined) !== undefined
}

/**
 * What the answer tells by one name counts, even where the token tells more by another: an endpoint
 * may keep scopes back from those who ask (RFC 7662 §2.2).
 */
function namesTold(members: JsonObject, { claimNames }: IssuerConfig): ClaimNames {
  const told = (names: readonly string[]): readonly string[] => {
    const inAnswer = names.filter((name) => has(members, name))
    return inAnswer.length > 0 ? inAnswer : names
  }
  return {
    principal: told(claimNames.principal),
    clientId: told(claimNames.clientId),
    scope: told(claimNames.scope),
  }
}

/**
 * The answer, with what it lacks taken from the token's own payload (contract §6). After a JWT
 * verification that is everything; otherwise the scopes are only those that the answer tells.
 */
function complete(
  members: JsonObject,
  payload: JsonObject | undefined,
  { claimNames, contextClaims, jwt, rules }: IssuerConfig,
): JsonObject {
  if (payload === undefined) return members
  const wanted = [
    ...['iss', 'aud', 'exp', 'sub_type'],
    ...(rules.maxTokenLifetime === undefined ? [] : ['iat']),
    ...claimNames.clientId,
    ...TOKEN_KIND_CLAIMS,
    ...rules.requiredClaims.map(({ name }) => name),
    ...contextClaims,
  ].filter((name) => !claimNames.scope.includes(name))
  const names = jwt === undefined ? wanted : Object.keys(payload)
  const told = claimNames.scope.some((name) => has(members, name)) ? claimNames.scope : []
  const lacking = names.filter((name) => !has(members, name) && !told.includes(name))
  const added = lacking.map((name) => [name, member(payload, name)] as const)
  return { ...members, ...Object.fromEntries(added) }
}
