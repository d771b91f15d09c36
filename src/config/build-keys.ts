/** Where the keys of an issuer come from: the configuration itself, or a URL. */
import { jsonWebKeys, readKeySet } from '../caller/json-web-key.ts'
import { isJsonObject } from '../platform/json.ts'
import { DEFAULTS } from './defaults.ts'
import type { KeySource } from './model.ts'
import type { Report } from './problems.ts'
import { requireClient, type ResolvedIssuer } from './resolve-issuer.ts'

export function buildKeys(issuer: ResolvedIssuer, report: Report): KeySource {
  return issuer.jwks === undefined ? remoteKeys(issuer, report) : staticKeys(issuer, report)
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
  const kids = trusted.flatMap(({ kid }) => (kid === undefined ? [] : [kid]))
  if (new Set(kids).size < kids.length) {
    report('jwks', 'has two keys with the same `kid`', 'Keep the one that is in use.')
  }
  return { kind: 'static', keys: trusted }
}

function remoteKeys(issuer: ResolvedIssuer, report: Report): KeySource {
  const { jwks_uri, jwks_access, facts } = issuer
  if (jwks_uri === undefined && facts.discovery === undefined) {
    report(
      'jwks_uri',
      'is missing, and `jwks` too',
      'Give the URL of the issuer’s keys, or the keys.',
    )
  }
  const access = jwks_access ?? facts.jwksAccess ?? DEFAULTS.jwks_access
  if (access === 'public') return { kind: 'remote', uri: jwks_uri, access: undefined }
  const tokenEndpoint = facts.tokenEndpoint ?? identityDomainTokenEndpoint(jwks_uri ?? '')
  if (tokenEndpoint === '' && facts.discovery !== undefined) {
    report('jwks_uri', 'is missing: the token endpoint is derived from it', 'Give the URL.')
  }
  return {
    kind: 'remote',
    uri: jwks_uri,
    access: {
      tokenEndpoint,
      client: requireClient(issuer, 'the protected keys', report),
      // The client's own rights; the signing certificate requires no others.
      scope: 'urn:opc:idm:__myscopes__',
    },
  }
}

/** An identity domain has it beside its keys, at a fixed path. */
function identityDomainTokenEndpoint(jwksUri: string): string {
  return URL.canParse('/oauth2/v1/token', jwksUri) ? new URL('/oauth2/v1/token', jwksUri).href : ''
}
