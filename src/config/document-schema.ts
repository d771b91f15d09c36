/** The schema of the JSON configuration document; the published JSON Schema is generated from it. */
import * as v from 'valibot'
import { CLIENT_AUTHENTICATION_METHODS } from '../oauth/client-authentication.ts'
import { SIGNATURE_ALGORITHMS } from '../oauth/signature-algorithms.ts'
import { providerSchema } from '../providers/index.ts'
import { complaint } from '../providers/fields.ts'
import { LIMITS, type Limits } from './limits.ts'

/** The names of an object's members as a list of literals. */
function namesOf<T extends object>(object: T) {
  return Object.keys(object) as (keyof T & string)[]
}

function text(description: string) {
  return v.pipe(v.string(), v.nonEmpty(), v.description(description))
}
function texts(description: string) {
  return v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.description(description))
}
/** Every violation names the whole range. */
function wholeNumber({ least, most }: Pick<Limits, 'least' | 'most'>) {
  const remedy = `Give a whole number from ${least} to ${most}.`
  return v.pipe(
    v.number(complaint('is not a number', remedy)),
    v.integer(complaint('is not a whole number', remedy)),
    v.minValue(least, complaint('is too small', remedy)),
    v.maxValue(most, complaint('is too large', remedy)),
  )
}
function wholeSeconds(limits: Pick<Limits, 'least' | 'most'>, description: string) {
  return v.pipe(wholeNumber(limits), v.description(description))
}
const nameSchema = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9._-]{1,64}$/,
    complaint(
      'is not a usable name',
      'Give 1 to 64 letters, digits, dots, underscores or hyphens.',
    ),
  ),
)

const clientSchema = v.strictObject({
  client_id: text('Client id of our application at this identity provider.'),
  client_secret_ocid: text('OCID of the Vault secret with its client secret.'),
})

const issuerClientSchema = v.strictObject({
  ...clientSchema.entries,
  client_auth: v.optional(
    v.pipe(
      v.picklist(['client_secret_basic', 'client_secret_post']),
      v.description('How the client authenticates. Default `client_secret_basic`.'),
    ),
  ),
})

/** Beyond these, integers that differ are the same number once JSON was read. */
const exactNumber = v.pipe(
  v.number(),
  v.minValue(Number.MIN_SAFE_INTEGER),
  v.maxValue(Number.MAX_SAFE_INTEGER),
)

const scalarSchema = v.union([v.string(), exactNumber, v.boolean()])

export const issuerSchema = v.strictObject({
  name: v.pipe(nameSchema, v.description('The name by which logs call this issuer.')),
  provider: v.optional(providerSchema),
  audience: v.union([
    v.pipe(texts('Accepted `aud` values; one match is enough.'), v.minLength(1)),
    v.pipe(v.literal('any'), v.description('Switches the check off; each cold start logs it.')),
  ]),
  validation: v.optional(v.picklist(['introspection', 'jwt', 'jwt_and_introspection'])),
  issuer: v.optional(text('Accepted `iss`, exact.')),
  jwks_uri: v.optional(text('Address of the issuer’s keys.')),
  jwks_access: v.optional(v.picklist(['public', 'client_credentials'])),
  jwks: v.optional(
    v.pipe(v.looseObject({}), v.description('The issuer’s keys themselves: a JWK Set or one JWK.')),
  ),
  algorithms: v.optional(
    v.pipe(v.array(v.picklist(namesOf(SIGNATURE_ALGORITHMS))), v.minLength(1)),
  ),
  token_type: v.optional(
    v.pipe(
      v.picklist(['any', 'at+jwt']),
      v.description('`at+jwt` wants the header `typ` of RFC 9068. Default `any`.'),
    ),
  ),
  introspection_endpoint: v.optional(text('RFC 7662.')),
  client: v.optional(issuerClientSchema),
  introspection_cache_seconds: v.optional(
    wholeSeconds(LIMITS.introspection_cache_seconds, 'How long an answer is reused. Default 0.'),
  ),
  introspection_subject: v.optional(
    v.pipe(
      v.picklist(['same', 'may_differ']),
      v.description(
        'Whether the answer about a JWT has its `sub`. Default `same`: another one is a fault.',
      ),
    ),
  ),
  opaque_tokens: v.optional(
    v.pipe(
      v.strictObject({
        prefixes: v.optional(v.pipe(texts('How they begin; one of these.'), v.minLength(1))),
        lengths: v.optional(
          v.pipe(
            v.array(wholeNumber({ least: 1, most: 16_384 })),
            v.minLength(1),
            v.description('Their length in characters; one of these.'),
          ),
        ),
      }),
      v.description(
        'What this issuer’s opaque tokens look like. Others are not shown to it; without this, every opaque token may be.',
      ),
    ),
  ),
  required_scopes: v.optional(texts('Scopes that every caller needs; all of them.')),
  allowed_clients: v.optional(
    v.pipe(texts('Client ids that may call. Default: every client.'), v.minLength(1)),
  ),
  required_claims: v.optional(
    v.pipe(
      v.record(v.string(), v.union([scalarSchema, v.pipe(v.array(scalarSchema), v.minLength(1))])),
      v.description('Claims that must be there, with this value or one of these values.'),
    ),
  ),
  max_token_lifetime_seconds: v.optional(
    wholeSeconds({ least: 1, most: 31_536_000 }, 'Longest time from `iat` to `exp`.'),
  ),
  clock_tolerance_seconds: v.optional(
    wholeSeconds(LIMITS.clock_tolerance_seconds, 'Allowance for differing clocks. Default 30.'),
  ),
  principal_claims: v.optional(texts('Where the subject stands; the first that is there counts.')),
  client_id_claims: v.optional(texts('Where the client id stands; the first counts.')),
  scope_claims: v.optional(
    texts(
      'Where scopes stand, roles if wanted; all of them count. Blanks separate those of a text in `scope` and `scp`; elsewhere a text is one.',
    ),
  ),
  gateway_scope_prefix: v.optional(text('Put before each scope that the gateway hears of.')),
  gateway_scope_map: v.optional(
    v.pipe(
      v.record(v.string(), v.array(v.pipe(v.string(), v.nonEmpty()))),
      v.description('Replaces a scope by others for the gateway’s `ANY_OF`.'),
    ),
  ),
  context_claims: v.optional(texts('Claims that routes may use as `${request.auth[<claim>]}`.')),
})

const conditionSchema = v.strictObject({
  issuers: v.optional(texts('Names of issuers above; the caller’s has to be one of them.')),
  clients: v.optional(texts('Client ids; the caller’s has to be one of them.')),
  scopes: v.optional(texts('Scopes as the token has them; one of them is enough.')),
  arguments: v.optional(
    v.pipe(
      v.record(v.string(), v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))])),
      v.description(
        'Arguments of the authorizer (host, header, …) with the value or values they have to have, exactly. The caller chooses what stands in a header.',
      ),
    ),
  ),
})

export const GRANT_NAMES = ['client_credentials', 'jwt_bearer', 'token_exchange', 'basic'] as const

export const backendSchema = v.strictObject({
  name: v.pipe(nameSchema, v.description('The name by which logs call this backend.')),
  when: v.optional(
    v.pipe(
      conditionSchema,
      v.description('Which calls it is for. All that is given has to hold; first match counts.'),
    ),
  ),
  grant: v.optional(
    v.pipe(v.picklist(GRANT_NAMES), v.description('Default `client_credentials`.')),
  ),
  token_endpoint: v.optional(text('Token endpoint of the backend’s identity domain.')),
  client: v.optional(clientSchema),
  client_auth: v.optional(
    v.pipe(
      v.picklist(CLIENT_AUTHENTICATION_METHODS),
      v.description(
        'Default `client_secret_basic`. With `private_key_jwt` the client’s secret is its private key.',
      ),
    ),
  ),
  scope: v.optional(text('Sent as it stands.')),
  assertion: v.optional(
    v.pipe(
      v.strictObject({
        subject_claim: v.optional(
          text('Claim of the caller’s token that names the user for `jwt_bearer`. Default `sub`.'),
        ),
        user_controlled_claim: v.optional(
          v.pipe(
            v.literal('accept'),
            v.description(
              'Accepts a `subject_claim` that users can change at their provider, such as `email`.',
            ),
          ),
        ),
        key_ocid: v.optional(
          text('Vault secret with the private key that signs user assertions: PEM or JWK.'),
        ),
        key_id: v.optional(text('`kid`: the alias of the certificate at the identity domain.')),
        audience: v.optional(v.pipe(texts('`aud` of assertions.'), v.minLength(1))),
      }),
      v.description('Assertions that we sign: for `jwt_bearer` and `private_key_jwt`.'),
    ),
  ),
  exchange: v.optional(
    v.pipe(
      v.strictObject({
        audience: v.optional(text('`audience` of the token exchange.')),
        resource: v.optional(text('`resource` of the token exchange.')),
        subject_token_type: v.optional(
          v.picklist([
            'urn:ietf:params:oauth:token-type:access_token',
            'urn:ietf:params:oauth:token-type:jwt',
          ]),
        ),
      }),
      v.description('For `token_exchange` (RFC 8693).'),
    ),
  ),
  secret_ocid: v.optional(text('Vault secret with user:password, for `basic` alone.')),
  min_token_seconds: v.optional(
    wholeSeconds(LIMITS.min_back_end_token_seconds, 'A token with less left is not handed out.'),
  ),
})

export const documentSchema = v.strictObject({
  $schema: v.optional(v.string()),
  issuers: v.pipe(v.array(issuerSchema), v.minLength(1)),
  backends: v.pipe(v.array(backendSchema), v.minLength(1)),
  unmatched: v.optional(
    v.pipe(
      v.literal('refuse'),
      v.description('Denies calls that no backend is for; wanted where each has a `when`.'),
    ),
  ),
})

export type IssuerInput = v.InferOutput<typeof issuerSchema>
export type BackendInput = v.InferOutput<typeof backendSchema>
