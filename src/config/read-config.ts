/**
 * Owns the way from the flat keys to the configuration: everything is judged, everything is told.
 * Pure.
 */
import {
  CLIENT_AUTHENTICATIONS,
  type ClientAuthenticationMethod,
} from '../oauth/client-authentication.ts'
import { RESERVED_CONTEXT_NAMES } from '../gateway/response.ts'
import { LOG_LEVELS } from '../platform/log.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { FLAT_KEYS, KEYS_OF_LATER_VERSIONS } from './flat-keys.ts'
import { FlatReader, type ConfigProblem, type FlatConfiguration } from './flat-reader.ts'
import type { BackendConfig, Config, IssuerConfig, TokenRules } from './model.ts'

export interface ConfigReading {
  readonly config: Result<Config, readonly ConfigProblem[]>
  /** What does not keep the function from working, but ought to be looked at. */
  readonly warnings: readonly ConfigProblem[]
}

/** In logs, the one issuer and the one backend of the flat keys. */
const ONLY = 'default'

export const readConfig = (values: FlatConfiguration): ConfigReading => {
  const reader = new FlatReader(values)
  const config: Config = {
    issuers: [readIssuer(reader)],
    backends: [readBackend(reader)],
    tokenArgument: reader.optional('token_argument') ?? 'token',
    maxDecision: reader.wholeSeconds('max_decision_seconds', {
      least: 60,
      most: 3600,
      otherwise: 3600,
    }),
    secretTimeToLive: reader.wholeSeconds('secret_ttl_seconds', {
      least: 0,
      most: 86_400,
      otherwise: 300,
    }),
    logLevel: reader.choice('log_level', LOG_LEVELS, 'info'),
    vaultSecretsEndpoint: reader.optionalEndpoint('vault_secrets_endpoint'),
  }
  reportKeysOfLaterVersions(reader, values)
  return {
    config: reader.problems.length === 0 ? success(config) : failure(reader.problems),
    warnings: [...warnOfAnyAudience(config), ...warnOfUnknownKeys(values)],
  }
}

const readIssuer = (reader: FlatReader): IssuerConfig => {
  reader.choice('validation', ['introspection'], 'introspection')
  return {
    name: ONLY,
    introspection: {
      endpoint: reader.requiredEndpoint('idcs_introspection_endpoint'),
      client: {
        clientId: reader.required('idcs_app_client_id'),
        secretOcid: reader.requiredOcid('idcs_app_client_secret_ocid'),
        // The one method that identity domains document for their introspection endpoint.
        authentication: 'client_secret_basic',
      },
      cache: reader.wholeSeconds('introspection_cache_seconds', {
        least: 0,
        most: 300,
        otherwise: 0,
      }),
    },
    rules: {
      issuer: reader.optional('issuer'),
      audience: readAudience(reader),
      requiredScopes: reader.scopes('required_scopes'),
      allowedClients: reader.list('allowed_clients'),
      clockTolerance: reader.wholeSeconds('clock_tolerance_seconds', {
        least: 0,
        most: 300,
        otherwise: 30,
      }),
    },
    contextClaims: readContextClaims(reader),
  }
}

const readAudience = (reader: FlatReader): TokenRules['audience'] => {
  reader.required('audience')
  const audience = reader.list('audience')
  if (!audience.includes('any')) return audience
  if (audience.length > 1) {
    reader.report(
      'audience',
      'has `any` beside others',
      'Give the accepted values, or `any` alone.',
    )
  }
  return 'any'
}

const readContextClaims = (reader: FlatReader): readonly string[] => {
  const claims = reader.list('context_claims')
  for (const name of RESERVED_CONTEXT_NAMES) {
    if (claims.includes(name)) {
      reader.report('context_claims', `has ${name}, which is ours`, 'Leave it out.')
    }
  }
  return claims
}

const readBackend = (reader: FlatReader): BackendConfig => ({
  name: ONLY,
  grant: {
    kind: reader.choice('back_end_grant', ['client_credentials'], 'client_credentials'),
    tokenEndpoint: reader.requiredEndpoint('back_end_token_endpoint'),
    client: {
      clientId: reader.required('back_end_app_client_id'),
      secretOcid: reader.requiredOcid('back_end_client_secret_ocid'),
      authentication: reader.choice(
        'back_end_client_auth',
        Object.keys(CLIENT_AUTHENTICATIONS) as ClientAuthenticationMethod[],
        'client_secret_basic',
      ),
    },
    scope: reader.required('back_end_scope'),
  },
  minTokenLifetime: reader.wholeSeconds('min_back_end_token_seconds', {
    least: 60,
    most: 3600,
    otherwise: 120,
  }),
})

const reportKeysOfLaterVersions = (reader: FlatReader, values: FlatConfiguration): void => {
  for (const key of KEYS_OF_LATER_VERSIONS) {
    if (Object.hasOwn(values, key)) {
      reader.report(key, 'is not read by this version', 'Leave it out; use introspection.')
    }
  }
}

const warnOfAnyAudience = (config: Config): readonly ConfigProblem[] =>
  config.issuers[0].rules.audience === 'any'
    ? [
        {
          key: 'audience',
          problem: 'is `any`: tokens that were issued for other APIs pass here',
          remedy: 'Give the audience of this API’s resource server.',
        },
      ]
    : []

/** A key that looks like one of ours and is none is mistyped, and what it wants is not done. */
const warnOfUnknownKeys = (values: FlatConfiguration): readonly ConfigProblem[] => {
  const known = [...Object.keys(FLAT_KEYS), ...KEYS_OF_LATER_VERSIONS]
  const prefixes = new Set(known.filter((key) => key.includes('_')).map(firstWord))
  return Object.keys(values)
    .filter((key) => !known.includes(key))
    .filter((key) => prefixes.has(firstWord(key)) || known.includes(key.toLowerCase()))
    .map((key) => ({
      key,
      problem: 'is unknown and has no effect',
      remedy: 'Compare its spelling with the table of keys; upper and lower case differ.',
    }))
}

const firstWord = (key: string): string => key.split('_', 1)[0] ?? key
