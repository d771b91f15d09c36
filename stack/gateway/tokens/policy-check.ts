/**
 * The policies by which the gateway itself validates tokens, and their checks. Sources: Oracle,
 * "Editing a JSON File to Add Token Authentication and Authorization Request Policies" and "Using a
 * JWT_AUTHENTICATION Authentication Request Policy".
 */
import type { models } from 'oci-apigateway'
import {
  boolean,
  byField,
  inside,
  listOf,
  numberBetween,
  object,
  oneOf,
  optional,
  refine,
  report,
  text,
  wholeNumberBetween,
  type Checked,
  type Place,
} from '../json-check.ts'
import * as limits from '../limits.ts'
import { failurePolicy, onlyFalse } from '../policy-checks.ts'
import { standInUrl } from './identity-provider.ts'
import { readStaticKey } from './public-keys.ts'

/** The location of the token, and the tolerated clock skew. */
const tokenSource = {
  isAnonymousAccessAllowed: optional(boolean),
  tokenHeader: optional(text(emptyProblem)),
  tokenQueryParam: optional(text(emptyProblem)),
  /** Goes with `tokenHeader`. */
  tokenAuthScheme: optional(oneOf('Bearer')),
  maxClockSkewInSeconds: optional(numberBetween(0, limits.clockSkewLimitSeconds)),
}

const issuers = listOf(text(emptyProblem), 1, limits.issuerLimit)

const claimRule = object<models.JsonWebTokenClaim>()({
  key: text(emptyProblem),
  values: optional(listOf(text(), 0, Number.MAX_SAFE_INTEGER)),
  isRequired: optional(boolean),
})
export type ClaimRule = Checked<typeof claimRule>

const verifyClaims = listOf(claimRule, 0, limits.verifyClaimLimit)

/** The SDK's field is `keyOps`; in JSON it is `key_ops`. */
interface JsonWebKeyModel extends Omit<models.JsonWebKey, 'keyOps'> {
  key_ops?: models.JsonWebKey.KeyOps[]
}

const staticKey = byField('format', {
  JSON_WEB_KEY: object<JsonWebKeyModel>()({
    format: oneOf('JSON_WEB_KEY'),
    kid: text(emptyProblem),
    kty: oneOf('RSA'),
    use: optional(oneOf('sig')),
    key_ops: optional(listOf(oneOf('verify'), 1, 1)),
    alg: optional(text()),
    n: text(),
    e: text(),
  }),
  PEM: object<models.PemEncodedPublicKey>()({
    format: oneOf('PEM'),
    kid: text(emptyProblem),
    key: text(),
  }),
})
export type StaticKey = Checked<typeof staticKey>

const readableKey = refine(staticKey, (value, place) => {
  const read = readStaticKey(value, place.settings)
  if ('problem' in read) report(place, read.problem)
})

const staticKeys = {
  type: oneOf('STATIC_KEYS'),
  keys: refine(listOf(readableKey, 1, limits.publicKeyLimit), checkKeyIds),
}

const cached = {
  isSslVerifyDisabled: optional(onlyFalse),
  maxCacheDurationInHours: optional(wholeNumberBetween(1, limits.cacheLimitHours)),
}

const remoteKeys = { type: oneOf('REMOTE_JWKS'), uri: text(uriProblem), ...cached }

const jwtPolicy = object<models.JwtAuthenticationPolicy>()({
  ...tokenSource,
  type: oneOf('JWT_AUTHENTICATION'),
  issuers,
  audiences: issuers,
  verifyClaims: optional(verifyClaims),
  publicKeys: byField('type', {
    STATIC_KEYS: object<models.StaticPublicKeySet>()(staticKeys),
    REMOTE_JWKS: object<models.RemoteJsonWebKeySet>()(remoteKeys),
  }),
})
export type JwtAuthentication = Checked<typeof jwtPolicy>
export type TokenKeys = JwtAuthentication['publicKeys']

export const jwtAuthentication = refine(jwtPolicy, checkTokenSource)

const additionalValidation = object<models.AdditionalValidationPolicy>()({
  issuers: optional(issuers),
  audiences: optional(issuers),
  verifyClaims: optional(verifyClaims),
})
export type AdditionalValidation = Checked<typeof additionalValidation>

const clientDetails = object<models.CustomClientAppDetails>()({
  type: oneOf('CUSTOM'),
  clientId: text(emptyProblem),
  clientSecretId: text(secretIdProblem),
  clientSecretVersionNumber: wholeNumberBetween(1, Number.MAX_SAFE_INTEGER),
})
export type ClientDetails = Checked<typeof clientDetails>

const introspection = object<models.TokenAuthenticationRemoteDiscoveryValidationPolicy>()({
  type: oneOf('REMOTE_DISCOVERY'),
  clientDetails: byField('type', { CUSTOM: clientDetails }),
  sourceUriDetails: byField('type', {
    DISCOVERY_URI: object<models.DiscoveryUriSourceUriDetails>()({
      type: oneOf('DISCOVERY_URI'),
      uri: text(uriProblem),
    }),
  }),
  ...cached,
  additionalValidationPolicy: optional(additionalValidation),
})
export type ValidationByIntrospection = Checked<typeof introspection>

const tokenPolicy = object<models.TokenAuthenticationPolicy>()({
  ...tokenSource,
  type: oneOf('TOKEN_AUTHENTICATION'),
  validationPolicy: byField('type', {
    STATIC_KEYS: object<models.TokenAuthenticationStaticKeysValidationPolicy>()({
      ...staticKeys,
      additionalValidationPolicy: optional(additionalValidation),
    }),
    REMOTE_JWKS: object<models.TokenAuthenticationRemoteJWKSValidationPolicy>()({
      ...remoteKeys,
      additionalValidationPolicy: optional(additionalValidation),
    }),
    REMOTE_DISCOVERY: introspection,
  }),
  validationFailurePolicy: optional(failurePolicy),
})
export type TokenAuthentication = Checked<typeof tokenPolicy>

export const tokenAuthentication = refine(tokenPolicy, checkTokenSource)

export type TokenPolicy = JwtAuthentication | TokenAuthentication

function checkTokenSource(source: TokenPolicy, place: Place): void {
  const { tokenHeader, tokenQueryParam, tokenAuthScheme } = source
  if ((tokenHeader === undefined) === (tokenQueryParam === undefined)) {
    report(place, 'must have one of tokenHeader and tokenQueryParam')
  } else if ((tokenHeader === undefined) !== (tokenAuthScheme === undefined)) {
    report(inside(place, 'tokenAuthScheme'), 'goes with tokenHeader, and tokenHeader with it')
  }
}

function checkKeyIds(keys: readonly StaticKey[], place: Place): void {
  for (const [index, { kid }] of keys.entries()) {
    if (keys.slice(0, index).some((earlier) => earlier.kid === kid)) {
      report(inside(place, index, 'kid'), `is ${kid}, which another key has already`)
    }
  }
}

function emptyProblem(value: string): string | undefined {
  return value === '' ? 'must not be empty' : undefined
}

function secretIdProblem(id: string): string | undefined {
  return id.startsWith('ocid1.vaultsecret.') ? undefined : 'must be the OCID of a secret'
}

function uriProblem(uri: string, { origins }: Place): string | undefined {
  if (!URL.canParse(uri)) return 'must be a URL'
  return standInUrl(uri, origins)
    ? undefined
    : `is on ${new URL(uri).origin}, which has no stand-in on loopback`
}
