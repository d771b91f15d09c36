/** The configurations of the demo's stories. */
import { documentParts } from '../../stack/default-configuration.ts'
import { ENTRA_TENANT } from '../../stack/entra.ts'
import type { IdentityDomain } from '../../stack/identity/identity-domain.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE } from '../../stack/registrations.ts'

type Configuration = Readonly<Record<string, string>>

export type Configure = (stack: LocalStack) => Configuration | Promise<Configuration>

/** The configuration with which the stack starts. */
export const initialConfiguration: Configure = ({ config }) => config

/** The identity domain's keys in the configuration, as the domain publishes them. */
export const pastedKeys: Configure = async (stack) => ({
  ...withoutIntrospection(stack),
  jwks: await publishedKeys(stack.callers, stack),
})

export const protectedKeys: Configure = (stack) => ({
  ...withoutIntrospection(stack),
  jwks_uri: stack.otherCallers.jwksUri,
  jwks_access: 'client_credentials',
})

export const bothChecks: Configure = async (stack) => ({
  ...stack.config,
  validation: 'jwt_and_introspection',
  jwks: await publishedKeys(stack.callers, stack),
})

/** Three issuers; two are identity domains with the same `iss` and `kid`, one of them with introspection. */
export const severalIssuers: Configure = (stack) => {
  const { vault_secrets_endpoint = '' } = stack.config
  const { client, backend } = documentParts(stack.config)
  const identityDomain = ({ url }: IdentityDomain) => ({
    provider: { preset: 'oci_iam', domain_url: url },
    audience: [API_AUDIENCE],
    client,
  })
  const document = {
    issuers: [
      {
        name: 'employees',
        provider: { preset: 'entra', tenant: ENTRA_TENANT },
        jwks_uri: stack.entra.jwksUri,
        audience: [stack.entra.apiClientId],
        gateway_scope_map: { 'Echo.Invoke': ['echo:invoke'] },
      },
      { name: 'partners', ...identityDomain(stack.callers) },
      { name: 'suppliers', ...identityDomain(stack.otherCallers), validation: 'jwt' },
    ],
    backends: [{ name: 'oic', ...backend }],
  }
  return { vault_secrets_endpoint, authorizer_config: JSON.stringify(document) }
}

/** With an introspection endpoint, introspection would be the default. */
function withoutIntrospection({ config }: LocalStack): Configuration {
  const others = Object.entries(config).filter(([key]) => key !== 'idcs_introspection_endpoint')
  return { ...Object.fromEntries(others), validation: 'jwt' }
}

async function publishedKeys(
  domain: IdentityDomain,
  { registrations }: LocalStack,
): Promise<string> {
  const { accessToken } = await domain.requestToken(
    registrations.introspector,
    'urn:opc:idm:__myscopes__',
  )
  const response = await fetch(domain.jwksUri, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  return response.text()
}
