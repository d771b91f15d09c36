/** The identity providers that are known here. */
import * as v from 'valibot'
import { auth0 } from './auth0.ts'
import { cognito } from './cognito.ts'
import { entra } from './entra.ts'
import { keycloak } from './keycloak.ts'
import { ociIam } from './oci-iam.ts'
import { oidc } from './oidc.ts'
import { okta } from './okta.ts'
import type { ClaimNames, Provider, IssuerDefaults } from './provider.ts'

const PROVIDERS = [ociIam, entra, okta, auth0, keycloak, cognito, oidc] as const

type SchemasOf<T extends readonly { readonly schema: unknown }[]> = {
  readonly [Index in keyof T]: T[Index]['schema']
}

/** The member `provider` of an issuer in the configuration document. */
export const providerSchema = v.variant(
  'preset',
  PROVIDERS.map(({ schema }) => schema) as unknown as SchemasOf<typeof PROVIDERS>,
)

export type ProviderInput = v.InferOutput<typeof providerSchema>
export type ProviderName = (typeof PROVIDERS)[number]['name']

/** Claim names for a provider of which nothing else is known. */
export const COMMON_CLAIM_NAMES: ClaimNames = {
  principal: ['sub'],
  clientId: ['client_id', 'azp', 'appid', 'cid'],
  scope: ['scope', 'scp'],
}

type AnyProvider = Provider<ProviderName> & {
  readonly issuerDefaults: (input: ProviderInput) => IssuerDefaults
}

const ALL = PROVIDERS as unknown as readonly AnyProvider[]

/** The first provider of which the condition holds; undefined for an unknown one. */
export function findProvider(
  condition: (provider: Provider) => boolean | undefined,
): AnyProvider | undefined {
  return ALL.find(condition)
}

/** What the provider adds to an issuer that names it. */
export function issuerDefaultsOf(input: ProviderInput): IssuerDefaults {
  return providerNamed(input.preset)?.issuerDefaults(input) ?? {}
}

export function providerNamed(name: ProviderName | undefined): AnyProvider | undefined {
  return findProvider((provider) => provider.name === name)
}
