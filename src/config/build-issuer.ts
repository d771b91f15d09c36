/** An issuer of the configuration document, with what its provider adds. */
import { isSameKey, jsonWebKeys, readKeySet } from '../caller/json-web-key.ts'
import type { ClientRegistration } from '../oauth/send-as-client.ts'
import { seconds } from '../platform/clock.ts'
import { isJsonObject } from '../platform/json.ts'
import {
  COMMON_CLAIM_NAMES,
  issuerDefaultsOf,
  findProvider,
  providerNamed,
} from '../providers/index.ts'
import { IDENTITY_DOMAIN_PATHS } from '../providers/oci-iam.ts'
import type { IssuerDefaults, TokenTraits } from '../providers/provider.ts'
import { buildClient } from './build-client.ts'
import { DEFAULTS } from './defaults.ts'
import type { IssuerInput } from './issuer-schema.ts'
import type {
  IntrospectionConfig,
  IssuerConfig,
  JwtConfig,
  KeySource,
  TokenRules,
} from './model.ts'
import type { Report } from './problems.ts'

/** With the values that the provider adds. */
interface ResolvedIssuer extends IssuerInput {
  readonly providerDefaults: IssuerDefaults
}

export function buildIssuer(input: IssuerInput, report: Report): IssuerConfig {
  const issuer = resolveIssuer(input)
  const { providerDefaults } = issuer
  const validation = input.validation ?? defaultValidation(input, issuer)
  const provider =
    findProvider(({ isIssuer }) => issuer.issuer !== undefined && isIssuer?.(issuer.issuer)) ??
    providerNamed(input.provider?.preset)
  const traits = provider?.tokens ?? {}
  const names = { ...COMMON_CLAIM_NAMES, ...traits.claimNames, ...providerDefaults.claimNames }
  if (validation === 'introspection' && input.token_type === 'at+jwt') {
    // Another type of token would be accepted.
    report(
      'token_type',
      'is not checked by introspection',
      'Give `validation`: `jwt` or `jwt_and_introspection`; or leave it out.',
    )
  }
  return {
    name: input.name,
    provider: provider?.name,
    discovery: providerDefaults.discovery,
    jwt: validation === 'introspection' ? undefined : buildJwt(issuer, report),
    introspection: validation === 'jwt' ? undefined : buildIntrospection(issuer, report),
    claimNames: {
      principal: input.principal_claims ?? names.principal,
      clientId: input.client_id_claims ?? names.clientId,
      scope: input.scope_claims ?? names.scope,
    },
    rules: buildRules(issuer, traits),
    gatewayScopes: {
      prefix: input.gateway_scope_prefix ?? '',
      map: new Map(Object.entries(input.gateway_scope_map ?? {})),
    },
    contextClaims: input.context_claims,
  }
}

/** A value of the document wins over that of the provider. */
function resolveIssuer(input: IssuerInput): ResolvedIssuer {
  const { provider, jwks } = input
  const providerDefaults = provider === undefined ? {} : issuerDefaultsOf(provider)
  return {
    ...input,
    providerDefaults,
    issuer: input.issuer ?? providerDefaults.issuer,
    jwks_uri: input.jwks_uri ?? (jwks === undefined ? providerDefaults.jwksUri : undefined),
    introspection_endpoint: input.introspection_endpoint ?? providerDefaults.introspectionEndpoint,
  }
}

/**
 * Introspection if an endpoint is given, as in the Python sample, or if the provider has one and a client
 * is given; else JWT. With nothing for either, what introspection needs is reported as missing.
 */
function defaultValidation(
  input: IssuerInput,
  { client, introspection_endpoint, jwks, jwks_uri, providerDefaults }: ResolvedIssuer,
): 'introspection' | 'jwt' {
  if (input.introspection_endpoint !== undefined) return 'introspection'
  if (client !== undefined && introspection_endpoint !== undefined) return 'introspection'
  const hasKeys = [jwks, jwks_uri, providerDefaults.discovery].some(
    (source) => source !== undefined,
  )
  return hasKeys ? 'jwt' : 'introspection'
}

function clientFor(
  purpose: string,
  { client }: ResolvedIssuer,
  report: Report,
): ClientRegistration {
  const method = client?.client_auth ?? DEFAULTS.client_auth
  const authenticating = { method, assertion: { keyId: undefined, audience: [] } }
  return buildClient('issuers', client ?? {}, authenticating, report, `for ${purpose}`)
}

function buildIntrospection(issuer: ResolvedIssuer, report: Report): IntrospectionConfig {
  const { introspection_endpoint: endpoint, opaque_tokens } = issuer
  if (endpoint === undefined && issuer.providerDefaults.discovery === undefined) {
    report(
      'introspection_endpoint',
      'is missing',
      'Give the introspection endpoint (RFC 7662); or `issuer` and `jwks_uri`, to verify JWTs.',
    )
  }
  return {
    endpoint,
    client: clientFor('introspection', issuer, report),
    cache: seconds(issuer.introspection_cache_seconds),
    subject: issuer.introspection_subject,
    opaqueTokens: opaque_tokens && {
      prefixes: opaque_tokens.prefixes ?? [],
      lengths: opaque_tokens.lengths ?? [],
    },
  }
}

function buildJwt(issuer: ResolvedIssuer, report: Report): JwtConfig {
  if (issuer.issuer === undefined) {
    report(
      'issuer',
      'is missing for JWT verification',
      'Give the `iss` of the tokens, exact to the byte.',
    )
  }
  return {
    keys: issuer.jwks === undefined ? remoteKeys(issuer, report) : staticKeys(issuer, report),
    algorithms: issuer.algorithms ?? DEFAULTS.algorithms,
    type: issuer.token_type ?? 'any',
  }
}

function staticKeys({ jwks, jwks_uri }: ResolvedIssuer, report: Report): KeySource {
  if (jwks_uri !== undefined) {
    report('jwks', 'is given beside `jwks_uri`', 'Give the keys or their URL, not both.')
  }
  const keys = isJsonObject(jwks) ? jsonWebKeys(jwks) : undefined
  if (keys === undefined || keys.length === 0) {
    report('jwks', 'has no key', 'Give a JWK Set as the identity provider publishes it.')
    return { kind: 'static', keys: [] }
  }
  const { trusted, leftOut } = readKeySet(keys)
  for (const { description } of leftOut) {
    report('jwks', `has a bad key: ${description}`, 'Remove the key or replace it.')
  }
  // PingAM publishes the same key once for each algorithm.
  const isAmbiguous = trusted.some(({ kid, key }) =>
    trusted.some((other) => kid !== undefined && other.kid === kid && !isSameKey(other.key, key)),
  )
  if (isAmbiguous) {
    report('jwks', 'has two keys with the same `kid`', 'Keep the one that is in use.')
  }
  return { kind: 'static', keys: trusted }
}

function remoteKeys(issuer: ResolvedIssuer, report: Report): KeySource {
  const { jwks_uri, jwks_access, providerDefaults } = issuer
  if (jwks_uri === undefined && providerDefaults.discovery === undefined) {
    report(
      'jwks_uri',
      'is missing, and `jwks` too',
      'Give the URL of the issuer’s keys, or the keys.',
    )
  }
  const access = jwks_access ?? providerDefaults.jwksAccess ?? DEFAULTS.jwks_access
  if (access === 'public') return { kind: 'remote', uri: jwks_uri, access: undefined }
  // At an identity domain, the token endpoint is on the host of the keys.
  const { token } = IDENTITY_DOMAIN_PATHS
  const onHostOfKeys = URL.canParse(token, jwks_uri) ? new URL(token, jwks_uri).href : ''
  const tokenEndpoint = providerDefaults.tokenEndpoint ?? onHostOfKeys
  if (tokenEndpoint === '' && providerDefaults.discovery !== undefined) {
    report('jwks_uri', 'is missing: the token endpoint is derived from it', 'Give the URL.')
  }
  return {
    kind: 'remote',
    uri: jwks_uri,
    access: {
      tokenEndpoint,
      client: clientFor('the protected keys', issuer, report),
      // The client's own rights; the signing certificate requires no others.
      scope: 'urn:opc:idm:__myscopes__',
    },
  }
}

function buildRules(issuer: ResolvedIssuer, traits: TokenTraits): TokenRules {
  const maxLifetime = issuer.max_token_lifetime_seconds
  const allowedClients = issuer.allowed_clients ?? []
  return {
    issuer: issuer.issuer,
    audience: issuer.audience,
    requiredScopes: issuer.required_scopes,
    allowedClients,
    clientIdRequired: traits.alwaysNameClient ?? false,
    anyScopeRequired: traits.issuedToEveryClient === true && allowedClients.length === 0,
    requiredClaims: Object.entries(issuer.required_claims ?? {}).map(([name, value]) => ({
      name,
      values: [value].flat(),
    })),
    maxTokenLifetime: maxLifetime === undefined ? undefined : seconds(maxLifetime),
    clockTolerance: seconds(issuer.clock_tolerance_seconds),
  }
}
