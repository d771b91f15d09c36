/** The identity providers that are known here. */
import * as v from 'valibot'
import { auth0 } from './auth0.ts'
import { cognito } from './cognito.ts'
import { entra } from './entra.ts'
import { keycloak } from './keycloak.ts'
import { ociIam } from './oci-iam.ts'
import { oidc } from './oidc.ts'
import { okta } from './okta.ts'
import type { ClaimNames, Provider, ProviderFacts } from './provider.ts'

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
export type PresetName = ProviderInput['preset']

/** Claim names for a provider of which nothing else is known. */
export const COMMON_CLAIM_NAMES: ClaimNames = {
  principal: ['sub'],
  clientId: ['client_id', 'azp', 'appid', 'cid'],
  scope: ['scope', 'scp'],
}

const ALL: readonly Provider[] = PROVIDERS as unknown as readonly Provider[]

export function providerNamed(preset: PresetName | undefined): Provider | undefined {
  return ALL.find((provider) => provider.preset === preset)
}

/** The preset whose issuer this is, by its address; undefined for an unknown one. */
export function presetOfIssuer(issuer: string | undefined): PresetName | undefined {
  const provider = ALL.find(({ isIssuer }) => issuer !== undefined && isIssuer?.(issuer) === true)
  return provider?.preset as PresetName | undefined
}

/** The preset at whose host an endpoint is; undefined for an unknown one. */
export function presetOfEndpoint(url: URL): PresetName | undefined {
  return ALL.find(({ isEndpoint }) => isEndpoint?.(url))?.preset as PresetName | undefined
}

/** The preset that alone has this audience; undefined for an unknown one. */
export function presetOfAudience(audience: string): PresetName | undefined {
  return ALL.find(({ isAudience }) => isAudience?.(audience))?.preset as PresetName | undefined
}

export function factsOf(input: ProviderInput): ProviderFacts {
  return providerNamed(input.preset)?.facts(input) ?? {}
}
