/** The default configuration of the function on the local stack, and its secrets. */
import type { LocalStack } from './local-stack.ts'
import {
  API_AUDIENCE,
  OIC_AUDIENCE,
  OIC_SCOPE,
  SECRET_OCIDS,
  type Registrations,
} from './registrations.ts'

/** By OCID. */
export function defaultSecrets({
  introspector,
  oicInvoker,
  invokersKey,
  oicUser,
}: Registrations): readonly (readonly [string, string])[] {
  return [
    [SECRET_OCIDS.introspection, introspector.clientSecret],
    [SECRET_OCIDS.backend, oicInvoker.clientSecret],
    [SECRET_OCIDS.invokersKey, invokersKey.privateKey],
    [SECRET_OCIDS.oicUser, `${oicUser.name}:${oicUser.password}`],
  ]
}

/** Flat keys, as set by `fn config function`. */
export function defaultConfiguration(
  {
    registrations,
    callers,
    oicDomain,
    vault,
  }: Pick<LocalStack, 'registrations' | 'callers' | 'oicDomain' | 'vault'>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const config: Record<string, string | undefined> = {
    audience: API_AUDIENCE,
    issuer: callers.issuer,
    idcs_introspection_endpoint: callers.introspectionEndpoint,
    idcs_app_client_id: registrations.introspector.clientId,
    idcs_app_client_secret_ocid: SECRET_OCIDS.introspection,
    back_end_token_endpoint: oicDomain.tokenEndpoint,
    back_end_app_client_id: registrations.oicInvoker.clientId,
    back_end_client_secret_ocid: SECRET_OCIDS.backend,
    back_end_scope: `${OIC_AUDIENCE}${OIC_SCOPE}`,
    vault_secrets_endpoint: vault.url,
    ...changes,
  }
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

/** The client and the backend of these keys in the form of a configuration document. */
export function documentParts(config: Readonly<Record<string, string>>) {
  return {
    client: {
      client_id: config['idcs_app_client_id'],
      client_secret_ocid: config['idcs_app_client_secret_ocid'],
    },
    backend: {
      token_endpoint: config['back_end_token_endpoint'],
      client: {
        client_id: config['back_end_app_client_id'],
        client_secret_ocid: config['back_end_client_secret_ocid'],
      },
      scope: config['back_end_scope'],
    },
  }
}
