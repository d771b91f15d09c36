/** Flat configurations: the minimum that is accepted, and the problems of others. */
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import type { Config } from '../../../src/config/model.ts'
import type { ConfigProblem } from '../../../src/config/problems.ts'
import { readConfig } from '../../../src/config/read-config.ts'

/** Exactly the required keys. */
export const MINIMAL: FlatConfiguration = {
  idcs_introspection_endpoint: 'https://callers.example/oauth2/v1/introspect',
  idcs_app_client_id: 'introspector',
  idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.introspector',
  back_end_token_endpoint: 'https://backend.example/oauth2/v1/token',
  back_end_app_client_id: 'invoker',
  back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.invoker',
  back_end_scope: 'https://0A.integration.example:443urn:opc:resource:consumer::all',
  audience: 'api',
}

/** Values that remove these keys from `MINIMAL`. */
export function without(...keys: readonly string[]): FlatConfiguration {
  return Object.fromEntries(keys.map((key) => [key, undefined]))
}

/** Verification of JWTs in place of introspection. */
export const VERIFYING: FlatConfiguration = {
  ...without('idcs_introspection_endpoint', 'idcs_app_client_id', 'idcs_app_client_secret_ocid'),
  issuer: 'https://idp.example',
  jwks_uri: 'https://idp.example/keys',
}

/** The clients of `MINIMAL` in the configuration. */
export const INTROSPECTOR = {
  clientId: 'introspector',
  secretOcid: 'ocid1.vaultsecret.oc1.phx.introspector',
  method: 'client_secret_basic',
  assertion: { keyId: undefined, audience: [] },
} as const
export const INVOKER = {
  clientId: 'invoker',
  secretOcid: 'ocid1.vaultsecret.oc1.phx.invoker',
  method: 'client_secret_basic',
  assertion: { keyId: undefined, audience: ['https://identity.oraclecloud.com/'] },
} as const

export function flatConfigOf(values: FlatConfiguration): Config {
  const { source } = readConfig({ ...MINIMAL, ...values })
  if (!source.ok || source.value.kind !== 'given') throw new Error('rejected')
  return source.value.config
}

/** The problems of a configuration; empty if it is accepted. */
export function configProblemsOf(values: FlatConfiguration): readonly ConfigProblem[] {
  const { source } = readConfig(values)
  return source.ok ? [] : source.error
}

/** The problems of `MINIMAL` with these values. */
export function flatProblemsOf(values: FlatConfiguration): readonly ConfigProblem[] {
  return configProblemsOf({ ...MINIMAL, ...values })
}

export function keysWithProblems(values: FlatConfiguration): readonly string[] {
  return flatProblemsOf(values).map(({ key }) => key)
}

export function configWarningsOf(values: FlatConfiguration): readonly ConfigProblem[] {
  const { source, warnings } = readConfig(values)
  if (!source.ok) throw new Error(`rejected: ${JSON.stringify(source.error)}`)
  return warnings
}

export function flatWarningsOf(values: FlatConfiguration): readonly ConfigProblem[] {
  return configWarningsOf({ ...MINIMAL, ...values })
}
