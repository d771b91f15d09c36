/**
 * Owns the flat form of the configuration: one issuer and one backend.
 * Pure.
 */
import { CLIENT_AUTHENTICATION_METHODS } from '../oauth/client-authentication.ts'
import { isSignatureAlgorithm, SIGNATURE_ALGORITHMS } from '../oauth/signature-algorithms.ts'
import { buildBackend } from './build-backend.ts'
import { buildIssuer } from './build-issuer.ts'
import { GRANT_NAMES, type BackendInput, type IssuerInput } from './document-schema.ts'
import { FLAT_NAMES } from './flat-keys.ts'
import type { FlatReader } from './flat-reader.ts'
import type { Config } from './model.ts'
import type { Report } from './problems.ts'

/** In logs, the one issuer and the one backend of the flat keys. */
const ONLY = 'default'

export function readFlatConfig(reader: FlatReader): Config {
  return {
    issuers: [buildIssuer(readIssuer(reader), reporter(reader, FLAT_NAMES.issuer))],
    backends: [buildBackend(readBackend(reader), reporter(reader, FLAT_NAMES.backend))],
  }
}

function reporter(reader: FlatReader, names: Readonly<Record<string, string>>): Report {
  return (field, problem, remedy) => {
    reader.report(names[field] ?? field, problem, remedy)
  }
}

function readIssuer(reader: FlatReader): IssuerInput {
  reader.required('audience')
  const audience = reader.list('audience') ?? []
  return withoutUndefined({
    name: ONLY,
    audience: audience.length === 1 && audience[0] === 'any' ? 'any' : audience,
    validation: reader.choice('validation', ['introspection', 'jwt', 'jwt_and_introspection']),
    issuer: reader.optional('issuer'),
    jwks_uri: reader.optional('jwks_uri'),
    jwks_access: reader.choice('jwks_access', ['public', 'client_credentials']),
    jwks: reader.jsonObject('jwks') as Record<string, unknown> | undefined,
    algorithms: readAlgorithms(reader),
    introspection_endpoint: reader.optional('idcs_introspection_endpoint'),
    client: readClient(reader),
    introspection_cache_seconds: reader.wholeSeconds('introspection_cache_seconds'),
    required_scopes: reader.list('required_scopes'),
    allowed_clients: reader.list('allowed_clients'),
    clock_tolerance_seconds: reader.wholeSeconds('clock_tolerance_seconds'),
    context_claims: reader.list('context_claims'),
  })
}

function readAlgorithms(reader: FlatReader): IssuerInput['algorithms'] {
  const names = reader.list('algorithms')
  if (names === undefined) return undefined
  const known = names.filter(isSignatureAlgorithm)
  if (known.length < names.length) {
    const choices = Object.keys(SIGNATURE_ALGORITHMS).join(', ')
    reader.report('algorithms', 'has one that is not accepted', `Give some of ${choices}.`)
  }
  return known
}

/** Wanted where introspection or protected keys are; half of it is a mistake in any case. */
function readClient(reader: FlatReader): IssuerInput['client'] {
  const keys = ['idcs_app_client_id', 'idcs_app_client_secret_ocid'] as const
  if (keys.every((key) => reader.optional(key) === undefined)) return undefined
  const [client_id, client_secret_ocid] = keys.map((key) => reader.required(key))
  return { client_id: client_id ?? '', client_secret_ocid: client_secret_ocid ?? '' }
}

function readBackend(reader: FlatReader): BackendInput {
  const grant = reader.choice('back_end_grant', GRANT_NAMES)
  const secretOcid = reader.optional('back_end_client_secret_ocid')
  const settings = {
    name: ONLY,
    grant,
    min_token_seconds: reader.wholeSeconds('min_back_end_token_seconds'),
  }
  if (grant === 'basic') return withoutUndefined({ ...settings, secret_ocid: secretOcid })
  return withoutUndefined({
    ...settings,
    token_endpoint: reader.optional('back_end_token_endpoint'),
    client: {
      client_id: reader.optional('back_end_app_client_id') ?? '',
      client_secret_ocid: secretOcid ?? '',
    },
    client_auth: reader.choice('back_end_client_auth', CLIENT_AUTHENTICATION_METHODS),
    scope: reader.optional('back_end_scope'),
    assertion: some({
      subject_claim: reader.optional('back_end_assertion_subject_claim'),
      user_controlled_claim: reader.choice('back_end_assertion_user_controlled_claim', ['accept']),
      key_ocid: reader.optional('back_end_assertion_key_ocid'),
      key_id: reader.optional('back_end_assertion_key_id'),
      audience: reader.list('back_end_assertion_audience'),
    }),
    exchange: some({ audience: reader.optional('back_end_exchange_audience') }),
  })
}

/** The object without what is undefined; undefined where nothing is left. */
function some<T extends object>(object: T) {
  const given = withoutUndefined(object)
  return Object.keys(given).length === 0 ? undefined : given
}

/** An absent key is an absent member, as in the document. */
function withoutUndefined<T extends object>(
  object: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
