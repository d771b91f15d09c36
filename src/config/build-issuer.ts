/**
 * Owns the judgement of one issuer of the configuration, whichever form it was given in.
 * Pure.
 */
import { jsonWebKeys, readKeySet } from '../caller/json-web-key.ts'
import { RESERVED_CONTEXT_NAMES } from '../gateway/response.ts'
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import { isJsonObject } from '../platform/json.ts'
import { seconds } from '../platform/clock.ts'
import { buildRules } from './build-rules.ts'
import type { IssuerInput } from './document-schema.ts'
import { LIMITS } from './limits.ts'
import type { IntrospectionConfig, IssuerConfig, JwtConfig, KeySource } from './model.ts'
import { COMMON_CLAIM_NAMES, factsOf, presetOfIssuer, providerNamed } from '../providers/index.ts'
import type { ProviderFacts, TokenTraits } from '../providers/provider.ts'
import { validateEndpoint, validateSecretOcid, type Report } from './problems.ts'

export function buildIssuer(input: IssuerInput, report: Report): IssuerConfig {
  const facts = input.provider === undefined ? {} : factsOf(input.provider)
  const preset = presetOfIssuer(input.issuer ?? facts.issuer) ?? input.provider?.preset
  const traits: TokenTraits = providerNamed(preset)?.tokens ?? {}
  const names = { ...COMMON_CLAIM_NAMES, ...traits.claimNames, ...facts.claimNames }
  const validation = input.validation ?? defaultValidation(input, facts)
  const client = buildClient(input, report)
  return {
    name: input.name,
    preset,
    discovery: facts.discovery,
    jwt: validation === 'introspection' ? undefined : buildJwt(input, facts, client, report),
    introspection:
      validation === 'jwt' ? undefined : buildIntrospection(input, facts, client, report),
    claimNames: {
      principal: input.principal_claims ?? names.principal,
      clientId: input.client_id_claims ?? names.clientId,
      scope: input.scope_claims ?? names.scope,
    },
    rules: buildRules(input, facts.issuer, traits, report),
    gatewayScopes: {
      prefix: input.gateway_scope_prefix ?? '',
      map: new Map(Object.entries(input.gateway_scope_map ?? {})),
    },
    contextClaims: buildContextClaims(input, report),
    idleKeys: validation === 'introspection' ? findIdleKeys(input, report) : [],
  }
}

/** A type that is wanted and not looked at would let another kind of token in. */
function findIdleKeys(input: IssuerInput, report: Report): readonly string[] {
  if (input.token_type === 'at+jwt') {
    report(
      'token_type',
      'is not looked at by introspection',
      'Give `validation`: `jwt` or `jwt_and_introspection`; or leave it out.',
    )
  }
  return KEYS_OF_JWTS.filter((key) => input[key] !== undefined)
}

/** What is about JWTs alone. */
const KEYS_OF_JWTS = ['jwks_uri', 'jwks_access', 'jwks', 'algorithms', 'token_type'] as const

/**
 * Introspection where it can be done, as in the Python sample; else JWT. Where there is nothing for
 * either, what introspection needs is told as missing.
 */
function defaultValidation(
  { client, introspection_endpoint, jwks, jwks_uri }: IssuerInput,
  facts: ProviderFacts,
): 'introspection' | 'jwt' {
  if (introspection_endpoint !== undefined) return 'introspection'
  if (client !== undefined && facts.introspectionEndpoint !== undefined) return 'introspection'
  const hasKeys = [jwks, jwks_uri, facts.jwksUri, facts.discovery].some((key) => key !== undefined)
  return hasKeys ? 'jwt' : 'introspection'
}

function buildClient({ client }: IssuerInput, report: Report): ClientRegistration | undefined {
  if (client === undefined) return undefined
  validateSecretOcid('client.client_secret_ocid', client.client_secret_ocid, report)
  return {
    clientId: client.client_id,
    secretOcid: client.client_secret_ocid,
    ...DEFAULT_AUTHENTICATION,
    ...(client.client_auth === undefined ? {} : { authentication: client.client_auth }),
  }
}

/** The one method that identity domains document for their introspection endpoint. */
const DEFAULT_AUTHENTICATION = {
  authentication: 'client_secret_basic',
  assertion: { keyId: undefined, audience: [] },
} as const

const NO_CLIENT: ClientRegistration = { clientId: '', secretOcid: '', ...DEFAULT_AUTHENTICATION }

function requireClient(
  client: ClientRegistration | undefined,
  purpose: string,
  report: Report,
): ClientRegistration {
  if (client === undefined) {
    report(
      'client.client_id',
      `is missing for ${purpose}`,
      'Give client id and secret of our application there.',
    )
    report(
      'client.client_secret_ocid',
      `is missing for ${purpose}`,
      'Give the OCID of the Vault secret.',
    )
  }
  return client ?? NO_CLIENT
}

function buildIntrospection(
  input: IssuerInput,
  facts: ProviderFacts,
  client: ClientRegistration | undefined,
  report: Report,
): IntrospectionConfig {
  const endpoint = input.introspection_endpoint ?? facts.introspectionEndpoint
  if (endpoint === undefined && facts.discovery === undefined) {
    report(
      'introspection_endpoint',
      'is missing',
      'Give the introspection endpoint (RFC 7662); or `issuer` and `jwks_uri`, to verify JWTs.',
    )
  }
  validateEndpoint('introspection_endpoint', input.introspection_endpoint, report)
  return {
    endpoint,
    client: requireClient(client, 'introspection', report),
    cache: seconds(
      input.introspection_cache_seconds ?? LIMITS.introspection_cache_seconds.otherwise,
    ),
    subject: input.introspection_subject ?? 'same',
    opaqueTokens: input.opaque_tokens && {
      prefixes: input.opaque_tokens.prefixes ?? [],
      lengths: input.opaque_tokens.lengths ?? [],
    },
  }
}

function buildJwt(
  input: IssuerInput,
  facts: ProviderFacts,
  client: ClientRegistration | undefined,
  report: Report,
): JwtConfig {
  const issuer = input.issuer ?? facts.issuer
  if (issuer === undefined) {
    report(
      'issuer',
      'is missing for JWT verification',
      'Give the `iss` of the tokens, exact to the byte.',
    )
  }
  return {
    keys:
      input.jwks === undefined
        ? remoteKeys(input, facts, client, report)
        : staticKeys(input, report),
    algorithms: input.algorithms ?? facts.algorithms ?? ['RS256'],
    type: input.token_type ?? 'any',
  }
}

function staticKeys({ jwks, jwks_uri }: IssuerInput, report: Report): KeySource {
  if (jwks_uri !== undefined) {
    report('jwks', 'stands beside `jwks_uri`', 'Give the keys or their address, not both.')
  }
  const keys = isJsonObject(jwks) ? jsonWebKeys(jwks) : undefined
  if (keys === undefined || keys.length === 0) {
    report('jwks', 'has no key', 'Give a JWK Set as the identity provider publishes it.')
    return { kind: 'static', keys: [] }
  }
  const { trusted, leftOut } = readKeySet(keys)
  for (const { description } of leftOut) {
    report('jwks', `has a bad key: ${description}`, 'Take the key out or replace it.')
  }
  const kids = trusted.flatMap(({ kid }) => (kid === undefined ? [] : [kid]))
  if (new Set(kids).size < kids.length) {
    report('jwks', 'has two keys of the same `kid`', 'Keep the one that is in use.')
  }
  return { kind: 'static', keys: trusted }
}

function remoteKeys(
  input: IssuerInput,
  facts: ProviderFacts,
  client: ClientRegistration | undefined,
  report: Report,
): KeySource {
  const uri = input.jwks_uri ?? facts.jwksUri
  if (uri === undefined && facts.discovery === undefined) {
    report(
      'jwks_uri',
      'is missing, and `jwks` too',
      'Give the address of the issuer’s keys, or the keys.',
    )
  }
  validateEndpoint('jwks_uri', input.jwks_uri, report)
  const access = input.jwks_access ?? facts.jwksAccess ?? 'public'
  if (access === 'public') return { kind: 'remote', uri, access: undefined }
  const tokenEndpoint = facts.tokenEndpoint ?? identityDomainTokenEndpoint(uri ?? '')
  if (tokenEndpoint === '' && facts.discovery !== undefined) {
    report('jwks_uri', 'is missing: the token endpoint follows from it', 'Give the address.')
  }
  return {
    kind: 'remote',
    uri,
    access: {
      tokenEndpoint,
      client: requireClient(client, 'the protected keys', report),
      // The scope of a client's own rights; the signing certificate needs no further one.
      scope: 'urn:opc:idm:__myscopes__',
    },
  }
}

/** Beside the keys of an identity domain, at the path that all identity domains have. */
function identityDomainTokenEndpoint(jwksUri: string): string {
  return URL.canParse('/oauth2/v1/token', jwksUri) ? new URL('/oauth2/v1/token', jwksUri).href : ''
}

function buildContextClaims({ context_claims }: IssuerInput, report: Report): readonly string[] {
  for (const name of RESERVED_CONTEXT_NAMES) {
    if (context_claims?.includes(name) === true) {
      report('context_claims', `has ${name}, which is ours`, 'Leave it out.')
    }
  }
  return context_claims ?? []
}
