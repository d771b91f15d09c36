/** An issuer of the configuration document with the values that its preset adds. */
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import { factsOf } from '../providers/index.ts'
import type { ProviderFacts } from '../providers/provider.ts'
import { DEFAULTS } from './defaults.ts'
import type { IssuerInput } from './issuer-schema.ts'
import type { Report } from './problems.ts'

export interface ResolvedIssuer extends Omit<IssuerInput, 'validation' | 'client'> {
  readonly facts: ProviderFacts
  readonly validation: NonNullable<IssuerInput['validation']>
  readonly client: ClientRegistration | undefined
}

/** A value of the document wins over that of the preset. */
export function resolveIssuer(input: IssuerInput): ResolvedIssuer {
  const facts = input.provider === undefined ? {} : factsOf(input.provider)
  const resolved = {
    ...input,
    facts,
    issuer: input.issuer ?? facts.issuer,
    jwks_uri: input.jwks_uri ?? (input.jwks === undefined ? facts.jwksUri : undefined),
    introspection_endpoint: input.introspection_endpoint ?? facts.introspectionEndpoint,
    client: input.client && registrationOf(input.client),
  }
  return { ...resolved, validation: input.validation ?? defaultValidation(input, resolved) }
}

/**
 * Introspection if there is an endpoint and a client for it, as in the Python sample; else JWT. With
 * nothing for either, what introspection needs is reported as missing.
 */
function defaultValidation(
  input: IssuerInput,
  { client, introspection_endpoint, jwks, jwks_uri, facts }: Omit<ResolvedIssuer, 'validation'>,
): 'introspection' | 'jwt' {
  if (input.introspection_endpoint !== undefined) return 'introspection'
  if (client !== undefined && introspection_endpoint !== undefined) return 'introspection'
  const hasKeys = [jwks, jwks_uri, facts.discovery].some((source) => source !== undefined)
  return hasKeys ? 'jwt' : 'introspection'
}

function registrationOf(client: NonNullable<IssuerInput['client']>): ClientRegistration {
  return {
    clientId: client.client_id,
    secretOcid: client.client_secret_ocid,
    authentication: client.client_auth,
    assertion: { keyId: undefined, audience: [] },
  }
}

const NO_CLIENT = registrationOf({
  client_id: '',
  client_secret_ocid: '',
  client_auth: DEFAULTS.client_auth,
})

/** `purpose` follows “is missing for”. */
export function requireClient(
  { client }: ResolvedIssuer,
  purpose: string,
  report: Report,
): ClientRegistration {
  if (client !== undefined) return client
  report(
    'client.client_id',
    `is missing for ${purpose}`,
    'Give the client id of our application at the identity provider.',
  )
  report(
    'client.client_secret_ocid',
    `is missing for ${purpose}`,
    'Give the OCID of the Vault secret with the application’s client secret.',
  )
  return NO_CLIENT
}
