/**
 * Owns how the function is configured for the stand-ins: for introspection, and for JWTs.
 * Pure.
 */
import { AUDIENCE, ISSUER } from './neighbours.ts'

type Environment = Readonly<Record<string, string>>

/** `principal`: the platform's variables of a resource principal. */
export function configurationFor(
  neighbours: string,
  principal: Environment,
): { readonly introspecting: Environment; readonly verifying: Environment } {
  const common = {
    ...principal,
    NODE_ENV: 'production',
    audience: AUDIENCE,
    issuer: ISSUER,
    back_end_token_endpoint: `${neighbours}/token`,
    back_end_app_client_id: 'invoker',
    back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.backend',
    back_end_scope: 'https://oic.example.com:443urn:opc:resource:consumer::all',
    vault_secrets_endpoint: neighbours,
  }
  return {
    introspecting: {
      ...common,
      idcs_introspection_endpoint: `${neighbours}/introspect`,
      idcs_app_client_id: 'introspector',
      idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.introspection',
    },
    verifying: { ...common, validation: 'jwt', jwks_uri: `${neighbours}/jwks` },
  }
}
