/** Configuration documents: the minimum that is accepted, and the results and problems of others. */
import type { BackendConfig, Config, IssuerConfig } from '../../../src/config/model.ts'
import type { ConfigProblem } from '../../../src/config/problems.ts'
import { readDocument } from '../../../src/config/read-document.ts'
import { configProblem } from './problems.ts'

/** Members of a JSON object; undefined ones are omitted. */
export type Members = Readonly<Record<string, unknown>>

/** Verifies JWTs with published keys. */
export const ISSUER: Members = {
  name: 'callers',
  audience: ['api'],
  issuer: 'https://idp.example',
  jwks_uri: 'https://idp.example/keys',
}

export const BACKEND: Members = {
  name: 'oic',
  token_endpoint: 'https://backend.example/oauth2/v1/token',
  client: { client_id: 'invoker', client_secret_ocid: 'ocid1.vaultsecret.oc1..invoker' },
  scope: 'https://0A.integration.example:443urn:opc:resource:consumer::all',
}

/** The application at the callers' identity provider. */
export const CLIENT = {
  client_id: 'authorizer',
  client_secret_ocid: 'ocid1.vaultsecret.oc1..authorizer',
}

/** `CLIENT` in the configuration. */
export const REGISTERED_CLIENT = {
  clientId: 'authorizer',
  secretOcid: 'ocid1.vaultsecret.oc1..authorizer',
  method: 'client_secret_basic',
  assertion: { keyId: undefined, audience: [] },
} as const

/** One issuer and one backend, with these members changed. */
export function documentOf(members: Members = {}): Members {
  return { issuers: [ISSUER], backends: [BACKEND], ...members }
}

export function withIssuer(changes: Members): Members {
  return withIssuers(changes)
}

/** An issuer for each of these changes. */
export function withIssuers(...issuers: readonly Members[]): Members {
  return documentOf({ issuers: issuers.map((changes) => ({ ...ISSUER, ...changes })) })
}

export function withBackend(changes: Members): Members {
  return withBackends(changes)
}

/** A backend for each of these changes. */
export function withBackends(...backends: readonly Members[]): Members {
  return documentOf({ backends: backends.map((changes) => ({ ...BACKEND, ...changes })) })
}

function read(document: unknown) {
  return readDocument(JSON.stringify(document), 'authorizer_config')
}

/** The problems of a document; empty if it is accepted. */
export function problemsOf(document: unknown): readonly ConfigProblem[] {
  const reading = read(document)
  return reading.ok ? [] : reading.error
}

export function keysWithProblems(document: unknown): readonly string[] {
  return problemsOf(document).map(({ key }) => key)
}

export function problem(path: string, what: string, remedy: string): ConfigProblem {
  return configProblem(`authorizer_config: ${path}`, what, remedy)
}

function accepted(document: unknown) {
  const reading = read(document)
  if (!reading.ok) throw new Error(`rejected: ${JSON.stringify(reading.error)}`)
  return reading.value
}

export function warningsOf(document: unknown): readonly ConfigProblem[] {
  return accepted(document).warnings
}

export function configOf(document: unknown): Config {
  return accepted(document).config
}

export function issuerOf(changes: Members): IssuerConfig {
  const [issuer] = configOf(withIssuer(changes)).issuers
  if (issuer === undefined) throw new Error('no issuer')
  return issuer
}

export function backendOf(changes: Members): BackendConfig {
  const [backend] = configOf(withBackend(changes)).backends
  if (backend === undefined) throw new Error('no backend')
  return backend
}
