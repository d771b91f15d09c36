/**
 * Flat configurations in the unit tests: the minimum that is accepted, and the problems of others.
 */
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import { readConfig } from '../../../src/config/read-config.ts'

/** All required keys and no other. */
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

/** The keys that have problems when these values are added to the least. */
export function keysWithProblems(values: FlatConfiguration): readonly string[] {
  const { source } = readConfig({ ...MINIMAL, ...values })
  return source.ok ? [] : source.error.map(({ key }) => key)
}
