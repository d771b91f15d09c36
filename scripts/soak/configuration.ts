/**
 * The function's configuration for the soak: one issuer with introspection, one with JWTs, and lifetimes
 * so short that everything expires several times.
 */
import { documentParts } from '../../stack/default-configuration.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE } from '../../stack/registrations.ts'

export function soakConfiguration({ config, callers, otherCallers }: LocalStack) {
  const { client, backend } = documentParts(config)
  const domain = ({ url }: LocalStack['callers']) => ({
    provider: { preset: 'oci_iam', domain_url: url },
    audience: [API_AUDIENCE],
    client,
  })
  const introspection = { validation: 'introspection', introspection_cache_seconds: 1 }
  const document = {
    issuers: [
      { name: 'partners', ...domain(callers), ...introspection },
      { name: 'suppliers', ...domain(otherCallers), validation: 'jwt' },
    ],
    // Tokens live for an hour, so each is used for a minute.
    backends: [{ name: 'oic', ...backend, min_token_seconds: 3540 }],
  }
  return {
    vault_secrets_endpoint: config['vault_secrets_endpoint'] ?? '',
    secret_ttl_seconds: '10',
    authorizer_config: JSON.stringify(document),
  }
}
