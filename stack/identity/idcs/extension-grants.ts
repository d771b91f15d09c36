/**
 * User assertions (RFC 7523 §2.1) as identity domains accept them, and token exchange (RFC 8693), for
 * which real domains require more.
 */
import {
  createLocalJWKSet,
  errors as joseErrors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose'
import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import { clientOf, type Domain } from '../domain.ts'
import { errors } from '../oidc-provider.ts'
import { answerWith, newToken } from './client-credentials.ts'

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

interface AssertionParameters {
  assertion?: string
  scope?: string
}

interface ExchangeParameters {
  subject_token?: string
  subject_token_type?: string
  requested_token_type?: string
  audience?: string
  scope?: string
}

export interface TokenUser {
  readonly name: string
  /** The claim `gtp`. */
  readonly grantType: string
}

/** The user of each token; tokens of clients have none. */
export const users = new WeakMap<object, TokenUser>()

export function registerExtensionGrants(provider: Provider, domain: Domain): void {
  const usedAssertions = new Set<string>()

  provider.registerGrantType<AssertionParameters>(
    JWT_BEARER,
    async (ctx) => {
      const claims = await verifyAssertion(domain, ctx)
      const { sub = '', jti = '', exp = 0 } = claims
      if (!domain.options.users?.some(({ name }) => name === sub))
        throw new errors.InvalidGrant('user')
      if (jti === '' || usedAssertions.has(jti)) throw new errors.InvalidGrant('jti')
      usedAssertions.add(jti)
      const token = newToken(provider, domain, ctx, { maxSeconds: exp - Date.now() / 1000 })
      users.set(token, { name: sub, grantType: 'jwt' })
      ctx.body = await answerWith(token)
    },
    ['assertion', 'scope'],
  )

  provider.registerGrantType<ExchangeParameters>(
    TOKEN_EXCHANGE,
    async (ctx) => {
      const { sub = '', exp = 0 } = await verifySubjectToken(domain, ctx)
      const token = newToken(provider, domain, ctx, { maxSeconds: exp - Date.now() / 1000 })
      users.set(token, { name: sub, grantType: 'jwt' })
      ctx.body = { ...(await answerWith(token)), issued_token_type: ACCESS_TOKEN }
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope'],
  )
}

/** Only a client with a certificate may assert users, with that certificate's key. */
async function verifyAssertion(
  domain: Domain,
  { oidc }: TokenEndpointGrantContext<AssertionParameters>,
): Promise<JWTPayload> {
  const { clientId } = oidc.client
  const key = clientOf(domain, clientId)?.publicKey
  if (key === undefined)
    throw new errors.CustomOIDCProviderError('unauthorized_client', 'assertion')
  const keys = { keys: [{ ...key.jwk, kid: key.kid }] } as JSONWebKeySet
  return verify(oidc.params.assertion, keys, { issuer: clientId, audience: domain.issuer })
}

async function verifySubjectToken(
  domain: Domain,
  { oidc }: TokenEndpointGrantContext<ExchangeParameters>,
): Promise<JWTPayload> {
  const { subject_token, subject_token_type, requested_token_type } = oidc.params
  const trusted = domain.options.exchangesTokensOf?.() ?? []
  if (trusted.length === 0)
    throw new errors.CustomOIDCProviderError('unauthorized_client', 'exchange')
  if (subject_token_type !== ACCESS_TOKEN || requested_token_type !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest('token type')
  }
  const verified = await Promise.allSettled(
    trusted.map(({ issuer, keys }) => verify(subject_token, keys, { issuer })),
  )
  const claims = verified.find((each) => each.status === 'fulfilled')?.value
  if (claims === undefined) throw new errors.InvalidGrant('subject_token')
  return claims
}

async function verify(
  token: string | undefined,
  keys: JSONWebKeySet,
  expected: { issuer: string; audience?: string },
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token ?? '', createLocalJWKSet(keys), {
      ...expected,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'exp', 'iat'],
    })
    // Identity domains require the key ID: alias or thumbprint.
    if (protectedHeader.kid === undefined) throw new errors.InvalidGrant('kid')
    return payload
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) throw new errors.InvalidGrant(error.code)
    throw error
  }
}
