/** Changes of the flat keys, and configuration documents. */
import {
  BACK_END_SCOPE,
  CLIENT_IDS,
  SECRET_OCIDS,
  type ConfigChanges,
  type Harness,
} from './harness.ts'
import { AUDIENCE, ISSUER } from './tokens.ts'

/** The flat keys that an issuer and a backend require. */
export const REQUIRED_KEYS = [
  'audience',
  'idcs_introspection_endpoint',
  'idcs_app_client_id',
  'idcs_app_client_secret_ocid',
  'back_end_token_endpoint',
  'back_end_app_client_id',
  'back_end_client_secret_ocid',
  'back_end_scope',
] as const

interface Server {
  readonly url: string
}

/** Removes these keys. */
export function without(keys: readonly string[]): ConfigChanges {
  return Object.fromEntries(keys.map((key) => [key, undefined]))
}

/** Validates JWTs of `ISSUER` with the keys that this server publishes. */
export function jwtByKeysOf({ url }: Server): ConfigChanges {
  return {
    validation: 'jwt',
    issuer: ISSUER,
    jwks_uri: `${url}/jwks`,
    idcs_introspection_endpoint: undefined,
  }
}

/** The function's client at the introspection endpoint, for an issuer in a document. */
export const INTROSPECTION_CLIENT = {
  client_id: CLIENT_IDS.introspection,
  client_secret_ocid: SECRET_OCIDS.introspection,
}

/** An issuer in a document whose tokens are introspected. */
export function introspectingIssuer(harness: Harness, members: object = {}) {
  return {
    name: 'callers',
    audience: [AUDIENCE],
    introspection_endpoint: harness.config.idcs_introspection_endpoint,
    client: INTROSPECTION_CLIENT,
    ...members,
  }
}

/** An issuer in a document whose JWTs are validated with the keys that this server publishes. */
export function jwtIssuer({ url }: Server, members: object = {}) {
  return {
    name: 'callers',
    audience: [AUDIENCE],
    issuer: ISSUER,
    validation: 'jwt',
    jwks_uri: `${url}/jwks`,
    ...members,
  }
}

/** A backend in a document. */
export function backend(harness: Harness, members: object = {}) {
  return {
    name: 'oic',
    token_endpoint: harness.config.back_end_token_endpoint,
    client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: SECRET_OCIDS.backEnd },
    scope: BACK_END_SCOPE,
    ...members,
  }
}

/** A document with these issuers, and by default one backend, instead of the flat keys. */
export function documentWith(
  harness: Harness,
  issuers: readonly object[],
  members: object = {},
): ConfigChanges {
  const document = { issuers, backends: [backend(harness)], ...members }
  return { ...without(REQUIRED_KEYS), authorizer_config: JSON.stringify(document) }
}

export function startWithIssuers(harness: Harness, ...issuers: readonly object[]): Promise<void> {
  return harness.start(documentWith(harness, issuers))
}
