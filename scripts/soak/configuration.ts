/**
 * The function's configuration for the soak: one issuer by introspection, one by JWT, with lifetimes
 * so short that everything expires several times.
 */
import { API_AUDIENCE } from '../../stack/registrations.ts'
import type { LocalStack } from '../../stack/local-stack.ts'

export function soakConfiguration({ config, callers, otherCallers }: LocalStack) {
  const client = {
    client_id: config['idcs_app_client_id'],
    client_secret_ocid: config['idcs_app_client_secret_ocid'],
  }
  const document = {
    issuers: [
      {
        name: 'partners',
        provider: { preset: 'oci_iam', domain_url: callers.url },
        audience: [API_AUDIENCE],
        client,
        validation: 'introspection',
        introspection_cache_seconds: 1,
      },
      {
        name: 'suppliers',
        provider: { preset: 'oci_iam', domain_url: otherCallers.url },
        audience: [API_AUDIENCE],
        client,
        validation: 'jwt',
      },
    ],
    backends: [
      {
        name: 'oic',
        token_endpoint: config['back_end_token_endpoint'],
        client: {
          client_id: config['back_end_app_client_id'],
          client_secret_ocid: config['back_end_client_secret_ocid'],
        },
        scope: config['back_end_scope'],
        // Of tokens that live for an hour: each serves for a minute.
        min_token_seconds: 3540,
      },
    ],
  }
  return {
    vault_secrets_endpoint: config['vault_secrets_endpoint'] ?? '',
    secret_ttl_seconds: '10',
    authorizer_config: JSON.stringify(document),
  }
}
