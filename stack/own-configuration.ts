/**
 * A configuration of one's own on the local stack: which stand-ins it needs, and the same
 * configuration with their addresses in place of the real ones.
 */
import { IDCS_ISSUER } from './identity/idcs/claims.ts'
import { API_AUDIENCE, OIC_AUDIENCE, OIC_SCOPE } from './registrations.ts'

type Fields = Record<string, unknown>
export type FlatConfiguration = Readonly<Record<string, string>>
export type ProviderKind = 'identity domain' | 'Entra ID' | 'OpenID Connect provider'

/** A real address and the one that stands in for it. */
export interface Mapping {
  readonly from: string
  readonly to: string
  readonly standIn: string
}

/** What a stand-in needs to know. */
export interface Endpoints {
  readonly url: string
  readonly jwksUri: string
  readonly introspectionEndpoint: string | undefined
  readonly publicKeys: unknown
}

export interface PlannedIssuer {
  readonly name: string
  readonly kind: ProviderKind
  readonly preset: string | undefined
  /** `iss` of its tokens, where the configuration or the preset says. */
  readonly issuer: string | undefined
  readonly tenant: string | undefined
  readonly audiences: readonly [string, ...string[]]
  /** Short names. */
  readonly scopes: readonly string[]
  readonly clientIds: readonly [string, ...string[]]
  readonly claims: Fields
  /** Our application there, for introspection or protected keys. */
  readonly client: Registration | undefined
  connect(endpoints: Endpoints): readonly Mapping[]
}

export interface Registration {
  readonly clientId: string
  readonly secretOcid: string
}

export interface PlannedBackend {
  readonly name: string
  readonly audience: string
  readonly scope: string
  readonly client: Registration | undefined
  /** Whether the secret is a private key (`private_key_jwt`). */
  readonly authenticatesByKey: boolean
  readonly keyOcid: string | undefined
  readonly keyId: string | undefined
  /** Secret with `user:password`. */
  readonly basicOcid: string | undefined
  connect(tokenEndpoint: string): readonly Mapping[]
}

export interface OwnConfiguration {
  readonly issuers: readonly PlannedIssuer[]
  readonly backends: readonly PlannedBackend[]
  /** What differs from the configuration as given, beside the addresses. */
  readonly notes: readonly string[]
  /** To be called when all are connected. */
  finish(vault: ConfigurationVault): FlatConfiguration
}

interface ConfigurationVault {
  readonly url: string
  addSecret(secretId: string, value: string): void
}

/** Functions, "Passing Custom Configuration Parameters": all keys and values, in UTF-8 octets. */
const CONFIGURATION_LIMIT_BYTES = 4096
const DOCUMENT_OCID = 'ocid1.vaultsecret.oc1.phx.authorizerconfig'

/** Lenient: what has a problem is left as it is, so that the function reports it. */
export function planConfiguration(values: FlatConfiguration): OwnConfiguration {
  const notes: string[] = []
  const text = values['authorizer_config']
  if (text === undefined) {
    if (values['authorizer_config_secret_ocid'] !== undefined) {
      notes.push(
        'authorizer_config_secret_ocid: the local Vault does not have this document; give the document itself as FILE',
      )
    }
    return planFlat(values, notes)
  }
  const document = parsed(text)
  if (!isFields(document)) {
    const oneLine = { ...values, authorizer_config: text.replaceAll(/\p{Cc}/gu, ' ') }
    return { issuers: [], backends: [], notes, finish: withVault(oneLine, notes) }
  }
  const reader = planner(notes)
  return {
    issuers: objects(document['issuers']).map((each) => reader.issuer(each)),
    backends: objects(document['backends']).map((each) => reader.backend(each)),
    notes,
    finish: (vault) =>
      withVault({ ...values, authorizer_config: JSON.stringify(document) }, notes)(vault),
  }
}

/** Flat keys by the names that the document has for them. */
const ISSUER_KEYS = {
  audience: 'audience',
  issuer: 'issuer',
  validation: 'validation',
  introspection_endpoint: 'idcs_introspection_endpoint',
  jwks_uri: 'jwks_uri',
  jwks: 'jwks',
  required_scopes: 'required_scopes',
  allowed_clients: 'allowed_clients',
} as const
const BACKEND_KEYS = {
  grant: 'back_end_grant',
  token_endpoint: 'back_end_token_endpoint',
  scope: 'back_end_scope',
  client_auth: 'back_end_client_auth',
  secret_ocid: 'back_end_client_secret_ocid',
} as const
const LISTS: readonly string[] = ['audience', 'required_scopes', 'allowed_clients']

function planFlat(given: FlatConfiguration, notes: string[]): OwnConfiguration {
  const values: Record<string, string> = { ...given }
  /** The document's fields over flat keys; `others` are those that are not keys themselves. */
  const view = (keys: Readonly<Record<string, string>>, others: Fields = {}): Fields =>
    new Proxy(others, {
      get: (target, name) => {
        const value = values[keys[String(name)] ?? '']
        if (value === undefined) return Reflect.get(target, name) as unknown
        return LISTS.includes(String(name)) ? words(value) : value
      },
      set: (target, name, value) => {
        const key = keys[String(name)]
        if (key === undefined) return Reflect.set(target, name, value)
        values[key] = typeof value === 'string' ? value : JSON.stringify(value)
        return true
      },
    })
  const issuer = view(ISSUER_KEYS, {
    name: 'default',
    client: view({
      client_id: 'idcs_app_client_id',
      client_secret_ocid: 'idcs_app_client_secret_ocid',
    }),
  })
  const backend = view(BACKEND_KEYS, {
    name: 'default',
    client: view({
      client_id: 'back_end_app_client_id',
      client_secret_ocid: 'back_end_client_secret_ocid',
    }),
    assertion: view({
      key_ocid: 'back_end_assertion_key_ocid',
      key_id: 'back_end_assertion_key_id',
    }),
  })
  const reader = planner(notes)
  return {
    issuers: [reader.issuer(issuer)],
    backends: [reader.backend(backend)],
    notes,
    finish: withVault(values, notes),
  }
}

function withVault(values: FlatConfiguration, notes: string[]) {
  return (vault: ConfigurationVault): FlatConfiguration => {
    const all = { ...values, vault_secrets_endpoint: vault.url }
    const { authorizer_config, ...others } = all as FlatConfiguration
    const size = Buffer.byteLength(Object.entries(all).flat().join(''))
    if (authorizer_config === undefined || size <= CONFIGURATION_LIMIT_BYTES) return all
    vault.addSecret(DOCUMENT_OCID, authorizer_config)
    notes.push(
      `the document is over 4 KB: it is in the local Vault, at authorizer_config_secret_ocid = ${DOCUMENT_OCID}`,
    )
    return { ...others, authorizer_config_secret_ocid: DOCUMENT_OCID }
  }
}

/** Fields are read and rewritten in place. */
function planner(notes: string[]) {
  const purposes = new Map<string, 'secret' | 'key' | 'user and password'>()
  /** A secret that would need two values gets a second OCID. */
  const ocid = (
    fields: Fields,
    name: string,
    purpose: 'secret' | 'key' | 'user and password',
  ): string | undefined => {
    const given = texts(fields[name])
    if (given === undefined) return undefined
    const known = purposes.get(given)
    if (known === undefined || known === purpose) {
      purposes.set(given, purpose)
      return given
    }
    const other = `${given}-${purpose.replaceAll(' ', '-')}`
    fields[name] = other
    purposes.set(other, purpose)
    notes.push(`${name} names a secret that is used as a ${known}, too: here it is ${other}`)
    return other
  }
  const registration = (
    fields: unknown,
    purpose: 'secret' | 'key' | 'user and password' = 'secret',
  ): Registration | undefined => {
    if (!isFields(fields)) return undefined
    const clientId = texts(fields['client_id'])
    const secretOcid = ocid(fields, 'client_secret_ocid', purpose)
    return clientId === undefined || secretOcid === undefined ? undefined : { clientId, secretOcid }
  }

  const issuer = (fields: Fields): PlannedIssuer => {
    const provider = isFields(fields['provider']) ? fields['provider'] : undefined
    const kind = kindOf(fields, provider)
    const name = texts(fields['name']) ?? 'default'
    const audiences = list(fields['audience'])
    const clients = list(fields['allowed_clients'])
    const claims = isFields(fields['required_claims']) ? fields['required_claims'] : {}
    const scopes = [
      ...list(fields['required_scopes']),
      ...Object.keys(isFields(fields['gateway_scope_map']) ? fields['gateway_scope_map'] : {}),
      'echo:invoke',
      'orders:invoke',
    ]
    const algorithms = list(fields['algorithms'])
    if (algorithms.length > 0 && !algorithms.includes('RS256')) {
      notes.push(
        `${name}: the stand-in signs with RS256 alone, which \`algorithms\` does not allow`,
      )
    }
    return {
      name,
      kind,
      preset: texts(provider?.['preset']),
      issuer: texts(fields['issuer']) ?? issuerOf(provider),
      tenant: texts(provider?.['tenant'])?.toLowerCase(),
      audiences: [audiences[0] ?? API_AUDIENCE, ...audiences.slice(1)],
      scopes: [...new Set(scopes)],
      clientIds: [clients[0] ?? `${name}-client`, ...clients.slice(1)],
      claims: Object.fromEntries(
        Object.entries(claims).map(([claim, value]) => [
          claim,
          Array.isArray(value) ? (value as unknown[])[0] : value,
        ]),
      ),
      client: registration(fields['client']),
      connect: (endpoints) => connectIssuer(fields, provider, kind, name, endpoints, notes),
    }
  }

  const backend = (fields: Fields): PlannedBackend => {
    const assertion = isFields(fields['assertion']) ? fields['assertion'] : {}
    const isBasic = fields['grant'] === 'basic'
    const authenticatesByKey = fields['client_auth'] === 'private_key_jwt'
    const [audience, scope] = splitScope(texts(fields['scope']))
    return {
      name: texts(fields['name']) ?? 'default',
      audience,
      scope,
      client: isBasic
        ? undefined
        : registration(fields['client'], authenticatesByKey ? 'key' : 'secret'),
      authenticatesByKey,
      keyOcid: ocid(assertion, 'key_ocid', 'key'),
      keyId: texts(assertion['key_id']),
      basicOcid: isBasic ? ocid(fields, 'secret_ocid', 'user and password') : undefined,
      connect: (tokenEndpoint) =>
        replace(fields, 'token_endpoint', tokenEndpoint, 'Oracle Integration’s identity domain'),
    }
  }
  return { issuer, backend }
}

function connectIssuer(
  fields: Fields,
  provider: Fields | undefined,
  kind: ProviderKind,
  name: string,
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
    notes.push(
      `${name}: \`jwks\` holds the keys of the stand-in, as only its tokens can be had here`,
    )
  }
  const preset = texts(provider?.['preset'])
  if (provider === undefined || preset === undefined) return mappings
  // The token endpoint for protected keys follows from the domain's URL, which is in no token.
  if (preset === 'oci_iam') return [...mappings, ...replace(provider, 'domain_url', url, standIn)]
  const address = [
    'tenant',
    'org_url',
    'tenant_url',
    'realm_url',
    'user_pool_url',
    'issuer',
  ].flatMap((field) => texts(provider[field]) ?? [])[0]
  if (fields['jwks'] === undefined) fields['jwks_uri'] = jwksUri
  const introspects =
    fields['validation'] === undefined
      ? fields['client'] !== undefined && (preset === 'okta' || preset === 'keycloak')
      : fields['validation'] !== 'jwt'
  if (introspects && introspectionEndpoint !== undefined) {
    fields['introspection_endpoint'] = introspectionEndpoint
  }
  return [...mappings, { from: `${preset} ${address ?? ''}`, to: url, standIn }]
}

function replace(fields: Fields, name: string, to: string, standIn: string): readonly Mapping[] {
  const from = texts(fields[name])
  if (from === undefined) return []
  fields[name] = to
  return [{ from, to, standIn }]
}

function kindOf(fields: Fields, provider: Fields | undefined): ProviderKind {
  const preset = texts(provider?.['preset'])
  if (preset !== undefined) {
    if (preset === 'oci_iam') return 'identity domain'
    return preset === 'entra' ? 'Entra ID' : 'OpenID Connect provider'
  }
  const addresses = ['issuer', 'introspection_endpoint', 'jwks_uri'].map(
    (name) => texts(fields[name]) ?? '',
  )
  if (addresses.some((address) => /login\.microsoftonline\.|sts\.windows\.net/.test(address))) {
    return 'Entra ID'
  }
  return addresses.some((address) =>
    /identity\.oraclecloud\.com|\/oauth2\/v1\/|\/SigningCert\//.test(address),
  )
    ? 'identity domain'
    : 'OpenID Connect provider'
}

/** The `iss` that each preset expects. */
function issuerOf(provider: Fields | undefined): string | undefined {
  const field = (name: string) => texts(provider?.[name])?.replace(/\/+$/, '')
  switch (provider?.['preset']) {
    case 'oci_iam':
      return IDCS_ISSUER
    case 'okta':
      return `${field('org_url') ?? ''}/oauth2/${field('authorization_server') ?? 'default'}`
    case 'auth0':
      return `${field('tenant_url') ?? ''}/`
    case 'keycloak':
      return field('realm_url')
    case 'cognito':
      return field('user_pool_url')
    case 'oidc':
      return texts(provider['issuer'])
    default:
      return undefined
  }
}

/** Audience and short name: `https://….com:443` and `urn:opc:resource:consumer::all`. */
function splitScope(scope: string | undefined): readonly [string, string] {
  const [, audience, name] =
    /^(https?:\/\/[^/]+?(?::\d+)?\/?)(urn:.+|[^/:]+)$/.exec(scope ?? '') ?? []
  if (audience !== undefined && name !== undefined) return [audience, name]
  return scope === undefined ? [OIC_AUDIENCE, OIC_SCOPE] : ['', scope]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}

function texts(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function list(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.filter((each): each is string => typeof each === 'string' && each !== '')
}

function words(value: string): readonly string[] {
  return value === 'any' ? [] : value.split(/\s+/).filter(Boolean)
}
