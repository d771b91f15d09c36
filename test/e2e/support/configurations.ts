/** Configurations of the function: flat keys that are often changed, and documents. */
import {
  AUDIENCE,
  BACK_END_SCOPE,
  CLIENT_IDS,
  ISSUER,
  SECRET_OCIDS,
  type ConfigChanges,
  type World,
} from './world.ts'

/** The flat keys without which there is no issuer or no backend. */
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

/** Takes these keys out. */
export function without(keys: readonly string[]): ConfigChanges {
  return Object.fromEntries(keys.map((key) => [key, undefined]))
}

/** JWTs of `ISSUER` are verified with the keys that this server publishes. */
export function jwtByKeysOf({ url }: { readonly url: string }): ConfigChanges {
  return {
    validation: 'jwt',
    issuer: ISSUER,
    jwks_uri: `${url}/jwks`,
    idcs_introspection_endpoint: undefined,
  }
}

/** The function's client at the introspection endpoint, as an issuer in a document has it. */
export const INTROSPECTION_CLIENT = {
  client_id: CLIENT_IDS.introspection,
  client_secret_ocid: SECRET_OCIDS.introspection,
}

/** An issuer in a document whose tokens are introspected. */
export function introspectingIssuer(world: World, members: object = {}) {
  return {
    name: 'callers',
    audience: [AUDIENCE],
    introspection_endpoint: world.config['idcs_introspection_endpoint'],
    client: INTROSPECTION_CLIENT,
    ...members,
  }
}

/** An issuer in a document whose tokens are verified with the keys that this server publishes. */
export function jwtIssuer({ url }: { readonly url: string }, members: object = {}) {
  return {
    name: 'callers',
    audience: [AUDIENCE],
    issuer: ISSUER,
    validation: 'jwt',
    jwks_uri: `${url}/jwks`,
    ...members,
  }
}

/** The backend in a document. */
export function backend(world: World, members: object = {}) {
  return {
    name: 'oic',
    token_endpoint: world.config['back_end_token_endpoint'],
    client: { client_id: CLIENT_IDS.backEnd, client_secret_ocid: SECRET_OCIDS.backEnd },
    scope: BACK_END_SCOPE,
    ...members,
  }
}

/** The flat keys that make way for a document with these issuers, and the usual backend by default. */
export function documentWith(
  world: World,
  issuers: readonly object[],
  members: object = {},
): ConfigChanges {
  const document = { issuers, backends: [backend(world)], ...members }
  return { ...without(REQUIRED_KEYS), authorizer_config: JSON.stringify(document) }
}
