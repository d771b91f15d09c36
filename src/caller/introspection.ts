/**
 * Owns OAuth 2.0 Token Introspection (RFC 7662): the question, the judgement of the answer, and
 * how long an answer is reused.
 * I/O: asks the introspection endpoint through the port that it is given.
 */
import type { IssuerConfig } from '../config/model.ts'
import { denial, fault, withCircumstances, type Denial, type Fault } from '../decision.ts'
import { toFault, type AskAsClient } from '../oauth/client-exchange.ts'
import { readErrorCode, readJsonAnswer } from '../oauth/form-request.ts'
import { cacheKey, ExpiringCache } from '../platform/cache.ts'
import { earliest, later, type Clock, type Deadline } from '../platform/clock.ts'
import type { HttpAnswer } from '../platform/http.ts'
import { member, type JsonObject } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import {
  judgeTokenClaims,
  readTokenClaims,
  readUnverifiedPayload,
  selectContextClaims,
  type TokenClaims,
} from './claims.ts'
import type { VerifyCaller } from './verified-caller.ts'

/** What the endpoint said of one token: typed, but not yet held against the rules. */
export interface IntrospectedToken {
  readonly claims: TokenClaims
  readonly contextClaims: Readonly<Record<string, string>>
}

/** Enough for the callers of one container in the five minutes that an answer is kept at most. */
const CACHED_ANSWERS = 2_000

/**
 * Verifies callers by asking their identity provider. The rules are applied anew to a cached
 * answer; a revocation shows once that answer has run out.
 */
export const createIntrospectingVerifier = (
  issuer: IssuerConfig,
  askAsClient: AskAsClient,
  clock: Clock,
): VerifyCaller => {
  const { name, introspection, rules } = issuer
  const caching = introspection.cache > 0
  const answers = new ExpiringCache<IntrospectedToken>(CACHED_ANSWERS, clock)

  return async (token, deadline) => {
    const key = cacheKey(introspection.endpoint, introspection.client.clientId, token.reveal())
    const kept = caching ? answers.get(key) : undefined
    const cache = !caching ? 'off' : kept === undefined ? 'miss' : 'hit'
    const circumstances = { issuer: name, callerCache: cache } as const

    const introspected =
      kept === undefined ? await introspect(issuer, askAsClient, token, deadline) : success(kept)
    if (!introspected.ok) return failure(withCircumstances(introspected.error, circumstances))

    const { claims, contextClaims } = introspected.value
    if (caching && kept === undefined) {
      const end = later(clock.now(), introspection.cache)
      answers.set(key, introspected.value, earliest(end, claims.expiresAt ?? end))
    }
    const judged = judgeTokenClaims(claims, rules, clock.now())
    if (!judged.ok) return failure(withCircumstances(judged.error, circumstances))
    return success({
      issuer: name,
      subject: claims.subject,
      clientId: claims.clientId,
      scope: claims.scope,
      expiresAt: claims.expiresAt,
      claims: contextClaims,
      cache,
    })
  }
}

/** RFC 7662 §2.1. No `token_type_hint`: identity domains document none. */
const introspect = async (
  { introspection, contextClaims }: IssuerConfig,
  askAsClient: AskAsClient,
  token: Redacted,
  deadline: Deadline,
): Promise<Result<IntrospectedToken, Denial | Fault>> => {
  const answer = await askAsClient(
    {
      endpoint: introspection.endpoint,
      client: introspection.client,
      form: { token: token.reveal() },
      isClientRefused: ({ status }) => status === 401,
    },
    deadline,
  )
  return answer.ok
    ? readIntrospectionAnswer(answer.value, token, contextClaims)
    : failure(toFault(answer.error, (detail) => fault('introspection_unavailable', { detail })))
}

/**
 * RFC 7662 §2.2 and §2.3. Only status 200 with a JSON object is an answer; that our client was
 * refused is our own trouble and says nothing about the caller's token.
 */
export const readIntrospectionAnswer = (
  answer: HttpAnswer,
  token: Redacted,
  contextClaims: readonly string[],
): Result<IntrospectedToken, Denial | Fault> => {
  const detail = `status_${answer.status}`
  if ([400, 401, 403].includes(answer.status)) {
    return failure(fault('introspection_refused', { detail: readErrorCode(answer) ?? detail }))
  }
  if (answer.status !== 200) return failure(fault('introspection_unavailable', { detail }))

  const members = readJsonAnswer(answer)
  if (members === undefined) {
    return failure(fault('introspection_unusable', { detail: 'not_json' }))
  }
  if (!isActive(members)) return failure(denial('token_inactive'))
  if (!isBearerAccessToken(members)) return failure(denial('token_type_wrong'))
  if (readTokenClaims(members) === undefined) {
    return failure(fault('introspection_unusable', { detail: 'member_malformed' }))
  }

  // The endpoint has just vouched for this very token, and so for what it holds.
  const payload = readUnverifiedPayload(token.reveal())
  const claims = readTokenClaims(complete(members, payload))
  if (claims === undefined) return failure(denial('claims_malformed'))
  const known = { ...payload, ...members }
  return success({ claims, contextClaims: selectContextClaims(known, contextClaims) })
}

/** Identity domains document `active` as a text, and answer with a boolean. */
const isActive = (members: JsonObject): boolean => {
  const active = member(members, 'active')
  return active === true || active === 'true'
}

/** Names that servers give an access token: RFC 6749 §7.1, identity domains, RFC 9068. */
const ACCESS_TOKEN_TYPES = ['bearer', 'jwt', 'access_token', 'at+jwt']

const isBearerAccessToken = (members: JsonObject): boolean => {
  const type = member(members, 'token_type') ?? 'Bearer'
  return typeof type === 'string' && ACCESS_TOKEN_TYPES.includes(type.toLowerCase())
}

/** Members that an introspection answer may lack and that a JWT has (contract §6). */
const FROM_PAYLOAD = ['iss', 'aud', 'exp', 'client_id', 'tok_type']

const complete = (members: JsonObject, payload: JsonObject | undefined): JsonObject => {
  if (payload === undefined) return members
  const lacking = FROM_PAYLOAD.filter((name) => (member(members, name) ?? undefined) === undefined)
  const added = lacking.map((name) => [name, member(payload, name)] as const)
  return { ...members, ...Object.fromEntries(added) }
}
