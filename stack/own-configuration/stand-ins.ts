/** Chooses the stand-in of an issuer, and puts the stand-in's addresses into the configuration. */
import * as v from 'valibot'
import { issuerDefaultsOf, findProvider, providerSchema } from '../../src/providers/index.ts'
import { text, type Fields } from './fields.ts'

export type ProviderKind = 'identity domain' | 'Entra ID' | 'OpenID Connect provider'

/** A real address and that of its stand-in. */
export interface Mapping {
  readonly from: string
  readonly to: string
  readonly standIn: string
}

/** The addresses and keys of a stand-in. */
export interface Endpoints {
  readonly url: string
  readonly jwksUri: string
  readonly introspectionEndpoint: string | undefined
  readonly publicKeys: unknown
}

export function kindOf(fields: Fields, provider: Fields): ProviderKind {
  const addresses = ['issuer', 'introspection_endpoint', 'jwks_uri'].flatMap((name) => {
    const address = text(fields[name])
    return address !== undefined && URL.canParse(address) ? [address] : []
  })
  const [preset] = addresses.flatMap(
    (address) =>
      findProvider(
        ({ isIssuer, isEndpoint }) =>
          isIssuer?.(address) === true || isEndpoint?.(new URL(address)),
      )?.name ?? [],
  )
  switch (text(provider['preset']) ?? preset) {
    case 'oci_iam':
      return 'identity domain'
    case 'entra':
      return 'Entra ID'
    case undefined:
      // Another host with the paths of identity domains.
      return addresses.some((address) => /\/oauth2\/v1\/|\/SigningCert\//.test(address))
        ? 'identity domain'
        : 'OpenID Connect provider'
    default:
      return 'OpenID Connect provider'
  }
}

/** `iss` of the provider's tokens, by its preset. */
export function issuerOf(provider: Fields): string | undefined {
  const parsed = v.safeParse(providerSchema, provider)
  return parsed.success ? issuerDefaultsOf(parsed.output).issuer : undefined
}

interface IssuerToConnect {
  readonly name: string
  readonly kind: ProviderKind
  readonly fields: Fields
  readonly provider: Fields
}

/** Rewrites `fields` and `provider`. */
export function connectIssuer(
  { name, kind, fields, provider }: IssuerToConnect,
  { url, jwksUri, introspectionEndpoint, publicKeys }: Endpoints,
  notes: string[],
): readonly Mapping[] {
  const standIn = `${kind} ${name}`
  const mappings = [
    ...replace(fields, 'jwks_uri', jwksUri, standIn),
    ...replace(fields, 'introspection_endpoint', introspectionEndpoint ?? url, standIn),
  ]
  if (fields['jwks'] !== undefined) {
    fields['jwks'] = publicKeys
    notes.push(`${name}: \`jwks\` has the keys of the stand-in, which issues the tokens here`)
  }
  const preset = text(provider['preset'])
  if (preset === undefined) return mappings
  // The domain's URL, which no token contains, determines the token endpoint for protected keys.
  if (preset === 'oci_iam') return [...mappings, ...replace(provider, 'domain_url', url, standIn)]
  if (fields['jwks'] === undefined) fields['jwks_uri'] = jwksUri
  const introspects =
    fields['validation'] === undefined
      ? fields['client'] !== undefined && (preset === 'okta' || preset === 'keycloak')
      : fields['validation'] !== 'jwt'
  if (introspects && introspectionEndpoint !== undefined) {
    fields['introspection_endpoint'] = introspectionEndpoint
  }
  const [address = ''] = Object.entries(provider).flatMap(([field, value]) =>
    /^(tenant|issuer|.*_url)$/.test(field) ? (text(value) ?? []) : [],
  )
  return [...mappings, { from: `${preset} ${address}`, to: url, standIn }]
}

/** Replaces the address in this field by `to`, if there is one. */
export function replace(
  fields: Fields,
  name: string,
  to: string,
  standIn: string,
): readonly Mapping[] {
  const from = text(fields[name])
  if (from === undefined) return []
  fields[name] = to
  return [{ from, to, standIn }]
}
