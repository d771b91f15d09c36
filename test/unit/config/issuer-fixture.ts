/** Issuers of documents, by what verifies their tokens, and what becomes of them. */
import { seconds } from '../../../src/platform/clock.ts'
import { CLIENT, problem, REGISTERED_CLIENT, type Members } from '../support/documents.ts'

export const ENDPOINT = 'https://idp.example/introspect'

export const INTROSPECTING: Members = {
  jwks_uri: undefined,
  introspection_endpoint: ENDPOINT,
  client: CLIENT,
}

/** In addition to a client and an endpoint: what a signature is verified by. */
export const KEYS: Members = { jwks_uri: 'https://idp.example/keys' }

/** What becomes of introspection by default. */
export const INTROSPECTION = {
  endpoint: ENDPOINT,
  client: REGISTERED_CLIENT,
  cache: seconds(0),
  subject: 'same',
  opaqueTokens: undefined,
} as const

export const ENTRA: Members = { preset: 'entra', tenant: '0f0f0f0f-0000-4000-8000-000000000000' }
export const OIDC: Members = { preset: 'oidc', issuer: 'https://idp.example' }

/** A problem of the only issuer. */
export function issuerProblem(field: string, what: string, remedy: string) {
  return problem(`issuers.0.${field}`, what, remedy)
}
