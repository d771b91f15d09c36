/** Identity providers by their presets. */
import * as v from 'valibot'
import { buildIssuer } from '../../../src/config/build-issuer.ts'
import { issuerSchema } from '../../../src/config/issuer-schema.ts'
import type { ProviderInput } from '../../../src/providers/index.ts'

export type GivenIssuer = v.InferInput<typeof issuerSchema>

export const TENANT = '0f0f0f0f-0000-4000-8000-000000000000'

/** The issuer of this provider, and what is wrong with it. */
export function build(provider: ProviderInput, more: Partial<GivenIssuer> = {}) {
  const problems: string[] = []
  const issuer = buildIssuer(
    v.parse(issuerSchema, { name: 'x', audience: ['api'], provider, ...more }),
    (field, problem) => {
      problems.push(`${field} ${problem}`)
    },
  )
  return { issuer, problems }
}

export const ENTRA = { preset: 'entra', tenant: TENANT } as const
export const ENTRA_1 = { ...ENTRA, token_version: 1 } as const
export const OKTA_URL = 'https://acme.okta.com'
export const OKTA = { preset: 'okta', org_url: OKTA_URL } as const
export const AUTH0_URL = 'https://acme.eu.auth0.com'
export const AUTH0 = { preset: 'auth0', tenant_url: AUTH0_URL } as const
export const REALM_URL = 'https://sso.example.com/realms/shops'
export const KEYCLOAK = { preset: 'keycloak', realm_url: REALM_URL } as const
export const OCI_IAM = { preset: 'oci_iam', domain_url: 'https://d.example' } as const
export const OIDC = { preset: 'oidc', issuer: 'https://idp.example/' } as const
