/** Derives the properties of the stand-ins from the configuration of issuers and backends. */
import {
  secretIsPrivateKey,
  type ClientAuthenticationMethod,
} from '../../src/oauth/client-authentication.ts'
import { isRecord } from '../json.ts'
import { API_AUDIENCE, OIC_AUDIENCE, OIC_SCOPE } from '../registrations.ts'
import { fieldsOf, text, texts, type Fields } from './fields.ts'
import {
  connectIssuer,
  issuerOf,
  kindOf,
  replace,
  type Endpoints,
  type Mapping,
  type ProviderKind,
} from './stand-ins.ts'

export interface PlannedIssuer {
  readonly name: string
  readonly kind: ProviderKind
  readonly preset: string | undefined
  /** `iss` of its tokens; undefined if neither the configuration nor the preset has it. */
  readonly issuer: string | undefined
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

type Purpose = 'secret' | 'key' | 'user and password'

/** Reads the fields, and rewrites them in place. */
export function createPlanner(notes: string[]) {
  const purposes = new Map<string, Purpose>()
  /** A secret that would need two values gets a second OCID. */
  const ocid = (fields: Fields, name: string, purpose: Purpose): string | undefined => {
    const given = text(fields[name])
    if (given === undefined) return undefined
    const known = purposes.get(given)
    if (known === undefined || known === purpose) {
      purposes.set(given, purpose)
      return given
    }
    const other = `${given}-${purpose.replaceAll(' ', '-')}`
    fields[name] = other
    purposes.set(other, purpose)
    notes.push(`${name} names a secret that is also used as a ${known}: here it is ${other}`)
    return other
  }
  const registration = (fields: unknown, purpose: Purpose): Registration | undefined => {
    if (!isRecord(fields)) return undefined
    const clientId = text(fields['client_id'])
    const secretOcid = ocid(fields, 'client_secret_ocid', purpose)
    return clientId === undefined || secretOcid === undefined ? undefined : { clientId, secretOcid }
  }

  const issuer = (fields: Fields): PlannedIssuer => {
    const provider = fieldsOf(fields['provider'])
    const kind = kindOf(fields, provider)
    const name = text(fields['name']) ?? 'default'
    const [audience = API_AUDIENCE, ...otherAudiences] = texts(fields['audience'])
    const [clientId = `${name}-client`, ...otherClientIds] = texts(fields['allowed_clients'])
    const scopes = [
      ...texts(fields['required_scopes']),
      ...Object.keys(fieldsOf(fields['gateway_scope_map'])),
      'echo:invoke',
      'orders:invoke',
    ]
    const algorithms = texts(fields['algorithms'])
    if (algorithms.length > 0 && !algorithms.includes('RS256')) {
      notes.push(`${name}: the stand-in signs with RS256 only, which \`algorithms\` does not allow`)
    }
    return {
      name,
      kind,
      preset: text(provider['preset']),
      issuer: text(fields['issuer']) ?? issuerOf(provider),
      audiences: [audience, ...otherAudiences],
      scopes: [...new Set(scopes)],
      clientIds: [clientId, ...otherClientIds],
      claims: Object.fromEntries(
        Object.entries(fieldsOf(fields['required_claims'])).map(([claim, value]) => [
          claim,
          [value].flat()[0],
        ]),
      ),
      client: registration(fields['client'], 'secret'),
      connect: (endpoints) => connectIssuer({ name, kind, fields, provider }, endpoints, notes),
    }
  }

  const backend = (fields: Fields): PlannedBackend => {
    const assertion = fieldsOf(fields['assertion'])
    const isBasic = fields['grant'] === 'basic'
    const authenticatesByKey = secretIsPrivateKey(
      fields['client_auth'] as ClientAuthenticationMethod,
    )
    const [audience, scope] = splitScope(text(fields['scope']))
    return {
      name: text(fields['name']) ?? 'default',
      audience,
      scope,
      client: isBasic
        ? undefined
        : registration(fields['client'], authenticatesByKey ? 'key' : 'secret'),
      authenticatesByKey,
      keyOcid: ocid(assertion, 'key_ocid', 'key'),
      keyId: text(assertion['key_id']),
      basicOcid: isBasic ? ocid(fields, 'secret_ocid', 'user and password') : undefined,
      connect: (tokenEndpoint) =>
        replace(fields, 'token_endpoint', tokenEndpoint, 'Oracle Integration’s identity domain'),
    }
  }
  return { issuer, backend }
}

/** Audience and short name: `https://….com:443` and `urn:opc:resource:consumer::all`. */
function splitScope(scope: string | undefined): readonly [string, string] {
  const [, audience, name] =
    /^(https?:\/\/[^/]+?(?::\d+)?\/?)(urn:.+|[^/:]+)$/.exec(scope ?? '') ?? []
  if (audience !== undefined && name !== undefined) return [audience, name]
  return scope === undefined ? [OIC_AUDIENCE, OIC_SCOPE] : ['', scope]
}
