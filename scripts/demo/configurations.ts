/** The configurations of the demo's stories. */
import { API_AUDIENCE } from '../../stack/registrations.ts'
import { ENTRA_TENANT } from '../../stack/entra.ts'
import type { IdentityDomain } from '../../stack/identity/identity-domain.ts'
import type { LocalStack } from '../../stack/local-stack.ts'

export type Configure = (stack: LocalStack) => Promise<Readonly<Record<string, string>>>

/** The one that the stack starts with. */
export const initialConfiguration: Configure = ({ config }) => Promise.resolve(config)

/** The identity domain's keys, pasted in as the domain publishes them. */
export const pastedKeys: Configure = async (stack) => ({
  ...withoutIntrospection(stack),
  jwks: await publishedKeys(stack.callers, stack),
})

export const protectedKeys: Configure = (stack) =>
  Promise.resolve({
    ...withoutIntrospection(stack),
    jwks_uri: stack.otherCallers.jwksUri,
    jwks_access: 'client_credentials',
  })

export const bothChecks: Configure = async (stack) => ({
  ...stack.config,
  validation: 'jwt_and_introspection',
  jwks: await publishedKeys(stack.callers, stack),
})

/** Three issuers: two identity domains that share issuer and key name, one of them by introspection. */
export const severalIssuers: Configure = (stack) => {
  const { vault_secrets_endpoint = '', ...flat } = stack.config
  const client = {
    client_id: flat['idcs_app_client_id'],
    client_secret_ocid: flat['idcs_app_client_secret_ocid'],
  }
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
    backends: [
      {
        name: 'oic',
        token_endpoint: flat['back_end_token_endpoint'],
        client: {
          client_id: flat['back_end_app_client_id'],
          client_secret_ocid: flat['back_end_client_secret_ocid'],
        },
        scope: flat['back_end_scope'],
      },
    ],
  }
  return Promise.resolve({ vault_secrets_endpoint, authorizer_config: JSON.stringify(document) })
}

/** With an introspection endpoint, introspection would be the default. */
function withoutIntrospection({ config }: LocalStack): Record<string, string> {
  return {
    ...Object.fromEntries(
      Object.entries(config).filter(([key]) => key !== 'idcs_introspection_endpoint'),
    ),
    validation: 'jwt',
  }
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
