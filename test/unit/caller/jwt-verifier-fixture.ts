/** The verification of JWTs with keys of the test, by a standing clock. */
import { createJwtVerifier } from '../../../src/caller/jwt-access-token.ts'
import type { BeforeRequest } from '../../../src/caller/verified-caller.ts'
import type { SigningKeys } from '../../../src/caller/signing-keys.ts'
import type { JwtConfig, TokenRules } from '../../../src/config/model.ts'
import type { Observe } from '../../../src/checks.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { issuerConfig, jwtConfig, tokenRules } from '../support/issuers.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'

/** What a token has that the verifier accepts. */
export const CLAIMS = {
  iss: 'https://idp.example',
  aud: 'api',
  sub: 'jdoe',
  client_id: 'client-1',
  exp: START + 600,
}

export function jwtVerifierWith(
  keys: SigningKeys,
  jwt: Partial<JwtConfig> = {},
  rules: Partial<TokenRules> = {},
) {
  const issuer = issuerConfig({ rules: tokenRules({ issuer: CLAIMS.iss, ...rules }) })
  const verify = createJwtVerifier(issuer, jwtConfig(jwt), keys, new StandingClock())
  return (token: string, beforeRequest: BeforeRequest = () => undefined, observe?: Observe) =>
    verify({
      token: new Redacted(token),
      jwt: readUnverifiedJwt(token),
      deadline: PLENTY_OF_TIME,
      beforeRequest,
      observe,
    })
}
