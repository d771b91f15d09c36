import { AUDIENCE, ISSUER } from './dependencies.ts'

type Environment = Readonly<Record<string, string>>

/**
 * The function's configurations for the rehearsal's dependencies, one for each kind of validation.
 * `principal`: the platform's variables of a resource principal.
 */
export function configurationsFor(
  dependencies: string,
  principal: Environment,
): { readonly introspection: Environment; readonly jwt: Environment } {
  const common = {
    ...principal,
    NODE_ENV: 'production',
    audience: AUDIENCE,
    issuer: ISSUER,
    back_end_token_endpoint: `${dependencies}/token`,
    back_end_app_client_id: 'invoker',
    back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.backend',
    back_end_scope: 'https://oic.example.com:443urn:opc:resource:consumer::all',
    vault_secrets_endpoint: dependencies,
  }
  return {
    introspection: {
      ...common,
      idcs_introspection_endpoint: `${dependencies}/introspect`,
      idcs_app_client_id: 'introspector',
      idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.introspection',
    },
    jwt: { ...common, validation: 'jwt', jwks_uri: `${dependencies}/jwks` },
  }
}
