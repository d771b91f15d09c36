/** Checks the policies by which the gateway itself validates tokens. */
import type { Origins } from '../http-backend.ts'
import {
  boolean,
  byField,
  byType,
  inside,
  listOf,
  numberBetween,
  object,
  oneOf,
  optional,
  refine,
  report,
  required,
  text,
  wholeNumberBetween,
  type Check,
  type Place,
} from '../json-check.ts'
import * as limits from '../limits.ts'
import { failurePolicyCheck, onlyFalse } from '../policy-checks.ts'
import type { GatewaySettings } from '../settings.ts'
import { standInUrl } from './identity-provider.ts'
import type {
  AdditionalValidation,
  ClaimRule,
  ClientDetails,
  JsonWebKey,
  JwtAuthentication,
  PemKey,
  RemoteKeys,
  StaticKey,
  StaticKeys,
  TokenAuthentication,
  TokenSource,
  ValidationByIntrospection,
  ValidationByRemoteKeys,
  ValidationByStaticKeys,
} from './policy.ts'
import { readStaticKey } from './public-keys.ts'

export function jwtAuthenticationCheck(
  settings: GatewaySettings,
  origins: Origins,
): Check<JwtAuthentication> {
  return refine(
    object<JwtAuthentication>({
      ...tokenSourceFields,
      type: required(oneOf('JWT_AUTHENTICATION')),
      issuers: required(issuersCheck),
      audiences: required(issuersCheck),
      verifyClaims: optional(verifyClaimsCheck),
      publicKeys: required(
        byType<JwtAuthentication['publicKeys']>({
          STATIC_KEYS: object<StaticKeys>(staticKeyFields(settings)),
          REMOTE_JWKS: object<RemoteKeys>(remoteKeyFields(origins)),
        }),
      ),
    }),
    checkTokenSource,
  )
}

export function tokenAuthenticationCheck(
  settings: GatewaySettings,
  origins: Origins,
): Check<TokenAuthentication> {
  const additionalValidationPolicy = optional(additionalValidationCheck)
  return refine(
    object<TokenAuthentication>({
      ...tokenSourceFields,
      type: required(oneOf('TOKEN_AUTHENTICATION')),
      validationPolicy: required(
        byType<TokenAuthentication['validationPolicy']>({
          STATIC_KEYS: object<ValidationByStaticKeys>({
            ...staticKeyFields(settings),
            additionalValidationPolicy,
          }),
          REMOTE_JWKS: object<ValidationByRemoteKeys>({
            ...remoteKeyFields(origins),
            additionalValidationPolicy,
          }),
          REMOTE_DISCOVERY: introspectionCheck(origins),
        }),
      ),
      validationFailurePolicy: optional(failurePolicyCheck(settings)),
    }),
    checkTokenSource,
  )
}

const tokenSourceFields = {
  isAnonymousAccessAllowed: optional(boolean),
  tokenHeader: optional(text(emptyProblem)),
  tokenQueryParam: optional(text(emptyProblem)),
  tokenAuthScheme: optional(oneOf('Bearer')),
  maxClockSkewInSeconds: optional(numberBetween(0, limits.clockSkewLimitSeconds)),
}

function checkTokenSource(source: TokenSource, place: Place): void {
  const { tokenHeader, tokenQueryParam, tokenAuthScheme } = source
  if ((tokenHeader === undefined) === (tokenQueryParam === undefined)) {
    report(place, 'must have one of tokenHeader and tokenQueryParam')
  } else if ((tokenHeader === undefined) !== (tokenAuthScheme === undefined)) {
    report(inside(place, 'tokenAuthScheme'), 'goes with tokenHeader, and tokenHeader with it')
  }
}

const issuersCheck = listOf(text(emptyProblem), 1, limits.issuerLimit)

const verifyClaimsCheck = listOf(
  object<ClaimRule>({
    key: required(text(emptyProblem)),
    values: optional(listOf(text(), 0, Number.MAX_SAFE_INTEGER)),
    isRequired: optional(boolean),
  }),
  0,
  limits.verifyClaimLimit,
)

const additionalValidationCheck = object<AdditionalValidation>({
  issuers: optional(issuersCheck),
  audiences: optional(issuersCheck),
  verifyClaims: optional(verifyClaimsCheck),
})

function staticKeyFields(settings: GatewaySettings) {
  const keys = listOf(staticKeyCheck(settings), 1, limits.publicKeyLimit)
  return { type: required(oneOf('STATIC_KEYS')), keys: required(refine(keys, checkKeyIds)) }
}

function staticKeyCheck(settings: GatewaySettings): Check<StaticKey> {
  const key = byField<'format', StaticKey>('format', {
    JSON_WEB_KEY: object<JsonWebKey>({
      format: required(oneOf('JSON_WEB_KEY')),
      kid: required(text(emptyProblem)),
      kty: required(oneOf('RSA')),
      use: optional(oneOf('sig')),
      key_ops: optional(listOf(oneOf('verify'), 1, 1)),
      alg: optional(text()),
      n: required(text()),
      e: required(text()),
    }),
    PEM: object<PemKey>({
      format: required(oneOf('PEM')),
      kid: required(text(emptyProblem)),
      key: required(text()),
    }),
  })
  return refine(key, (value, place) => {
    const read = readStaticKey(value, settings)
    if ('problem' in read) report(place, read.problem)
  })
}

function checkKeyIds(keys: readonly StaticKey[], place: Place): void {
  for (const [index, { kid }] of keys.entries()) {
    if (keys.slice(0, index).some((earlier) => earlier.kid === kid)) {
      report(inside(inside(place, index), 'kid'), `is ${kid}, which another key has already`)
    }
  }
}

function remoteKeyFields(origins: Origins) {
  return {
    type: required(oneOf('REMOTE_JWKS')),
    uri: required(text((uri) => uriProblem(uri, origins))),
    isSslVerifyDisabled: optional(onlyFalse),
    maxCacheDurationInHours: optional(cacheHoursCheck),
  }
}

function introspectionCheck(origins: Origins): Check<ValidationByIntrospection> {
  return object<ValidationByIntrospection>({
    type: required(oneOf('REMOTE_DISCOVERY')),
    clientDetails: required(
      byType<ClientDetails>({
        CUSTOM: object<ClientDetails>({
          type: required(oneOf('CUSTOM')),
          clientId: required(text(emptyProblem)),
          clientSecretId: required(text(secretIdProblem)),
          clientSecretVersionNumber: required(wholeNumberBetween(1, Number.MAX_SAFE_INTEGER)),
        }),
      }),
    ),
    sourceUriDetails: required(
      byType<ValidationByIntrospection['sourceUriDetails']>({
        DISCOVERY_URI: object<ValidationByIntrospection['sourceUriDetails']>({
          type: required(oneOf('DISCOVERY_URI')),
          uri: required(text((uri) => uriProblem(uri, origins))),
        }),
      }),
    ),
    isSslVerifyDisabled: optional(onlyFalse),
    maxCacheDurationInHours: optional(cacheHoursCheck),
    additionalValidationPolicy: optional(additionalValidationCheck),
  })
}

const cacheHoursCheck = wholeNumberBetween(1, limits.cacheLimitHours)

function emptyProblem(value: string): string | undefined {
  return value === '' ? 'must not be empty' : undefined
}

function secretIdProblem(id: string): string | undefined {
  return id.startsWith('ocid1.vaultsecret.') ? undefined : 'must be the OCID of a secret'
}

function uriProblem(uri: string, origins: Origins): string | undefined {
  if (!URL.canParse(uri)) return 'must be a URL'
  return standInUrl(uri, origins)
    ? undefined
    : `is on ${new URL(uri).origin}, which has no stand-in on loopback`
}
