/** Introspection by a standing clock, with scripted answers of the identity provider. */
import { createIntrospector } from '../../../src/caller/introspection.ts'
import type { BeforeRequest } from '../../../src/caller/verified-caller.ts'
import { createVerifyWithIssuer } from '../../../src/caller/verify-with-issuer.ts'
import type { Fault } from '../../../src/decision.ts'
import type { ClientRequestFailure } from '../../../src/oauth/send-as-client.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { seconds, type Deadline } from '../../../src/platform/clock.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { success, type Result } from '../../../src/platform/result.ts'
import { plain } from '../support/claims.ts'
import { recordingExchange } from '../support/exchanges.ts'
import { answer } from '../support/http-answers.ts'
import { introspectionConfig, issuerConfig } from '../support/issuers.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'

export const ACTIVE = {
  active: true,
  sub: 'jdoe',
  aud: 'api',
  client_id: 'client-1',
  scope: 'read',
  exp: START + 3600,
  tenant: 'acme',
}

interface Options {
  readonly cacheSeconds?: number
  /** What the identity provider says of every token. */
  readonly members?: object
  /** Instead of that: what comes of each request, counted from 0. */
  readonly reply?: (index: number) => Result<HttpAnswer, ClientRequestFailure>
  /** Where the introspection endpoint is found. */
  readonly located?: Result<string, Fault>
}

export function introspectionBy({
  cacheSeconds = 0,
  members = ACTIVE,
  reply = () => success(answer(200, members)),
  located = success('https://idp.example/introspect'),
}: Options = {}) {
  const clock = new StandingClock()
  const { sendAsClient, requests } = recordingExchange(reply)
  const introspection = introspectionConfig({ cache: seconds(cacheSeconds) })
  const issuer = issuerConfig({ introspection, contextClaims: ['tenant'] })
  const deadlines: Deadline[] = []
  const locate = (deadline: Deadline) => {
    deadlines.push(deadline)
    return Promise.resolve(located)
  }
  const { introspect, hasCachedAnswer } = createIntrospector(issuer, introspection, {
    locate,
    sendAsClient,
    clock,
  })
  const verifyWithIssuer = createVerifyWithIssuer(issuer, undefined, introspect)
  const verify = async (token = 'token-1', beforeRequest: BeforeRequest = () => undefined) =>
    plain(
      await verifyWithIssuer({
        token: new Redacted(token),
        jwt: readUnverifiedJwt(token),
        deadline: PLENTY_OF_TIME,
        beforeRequest,
      }),
    )
  return {
    clock,
    requests,
    deadlines,
    verify,
    hasCachedAnswer: (token = 'token-1') => hasCachedAnswer(new Redacted(token)),
  }
}
