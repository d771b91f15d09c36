/**
 * The function's configuration for the soak: one issuer by introspection, one by JWT, with lifetimes
 * so short that everything expires several times.
 */
import { documentParts } from '../../stack/default-configuration.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE } from '../../stack/registrations.ts'

export function soakConfiguration({ config, callers, otherCallers }: LocalStack) {
  const { client, backend } = documentParts(config)
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
        ...backend,
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
