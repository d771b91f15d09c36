/** An issuer in the configuration document. */
import * as v from 'valibot'
import { RESERVED_CONTEXT_NAMES } from '../gateway/response.ts'
import { MAX_TOKEN_CHARACTERS } from '../oauth/bearer-token.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import {
  check,
  choice,
  ownMessage,
  name,
  someMembers,
  nonEmptyStrings,
  strictObject,
  nonEmptyString,
  strings,
  url,
  wholeNumber,
  wholeSeconds,
} from '../platform/schema-fields.ts'
import { providerSchema } from '../providers/index.ts'
import { addressAtDomain, IDENTITY_DOMAIN_ISSUER } from '../providers/oci-iam.ts'
import { issuerClient } from './client-schema.ts'
import { DEFAULTS, LIMITS } from './defaults.ts'

const ALGORITHMS = Object.keys(SIGNATURE_ALGORITHMS) as SignatureAlgorithm[]
const NOT_ACCEPTED = ownMessage(
  'is not an accepted algorithm',
  `Give some of ${ALGORITHMS.join(', ')}.`,
)

const audienceSchema = v.pipe(
  v.union(
    [
      v.pipe(
        v.array(v.pipe(v.string(), v.nonEmpty())),
        v.minLength(1),
        check<string[]>(
          (values) => (values.includes('any') ? 'has `any` beside other values' : undefined),
          'Give the accepted values, or `any` alone.',
        ),
      ),
      v.literal('any'),
    ],
    ownMessage(
      'is not a list of strings',
      'Give a list of strings, such as ["https://api.example.com/"], or "any".',
    ),
  ),
  v.description(
    'Accepted `aud` values, such as the primary audience of the API’s application, https://api.example.com/. One match is enough. `any` turns the check off, and every cold start logs it.',
  ),
)

/** Larger integers are rounded when JSON is parsed: two different ones may become equal. */
const INEXACT = ownMessage(
  'is a number too large to be compared exactly',
  'Have the provider send it as a string, or require another claim.',
)

const exactNumber = v.pipe(
  v.number(),
  v.minValue(Number.MIN_SAFE_INTEGER, INEXACT),
  v.maxValue(Number.MAX_SAFE_INTEGER, INEXACT),
)

const scalarSchema = v.union([v.string(), exactNumber, v.boolean()])

/** RFC 6749 §3.3: `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

export const issuerSchema = strictObject({
  name: name('The name of this issuer in the log.'),
  provider: v.optional(providerSchema),
  audience: audienceSchema,
  validation: v.optional(
    choice(
      ['introspection', 'jwt', 'jwt_and_introspection'],
      'How callers’ tokens are validated; with `jwt_and_introspection` the signature first, then whether the token was revoked. Default: `introspection` if `introspection_endpoint` is given, or if the provider has one and `client` is given; else `jwt`.',
    ),
  ),
  issuer: v.optional(
    nonEmptyString(
      `Accepted \`iss\`, compared byte by byte: \`${IDENTITY_DOMAIN_ISSUER}\` for every identity domain. Required for \`jwt\`.`,
    ),
  ),
  jwks_uri: v.optional(
    url(
      `URL of the issuer’s keys, for \`jwt\`: \`${addressAtDomain('keys')}\` at an identity domain.`,
    ),
  ),
  jwks_access: v.optional(
    choice(
      ['public', 'client_credentials'],
      `\`client_credentials\` if the keys are protected, as an identity domain’s are: the client gets a token for them. Default \`${DEFAULTS.jwks_access}\`.`,
    ),
  ),
  jwks: v.optional(
    v.pipe(
      v.looseObject(
        {},
        ownMessage('is not a JSON object', 'Give it as the identity provider publishes it.'),
      ),
      v.description(
        'The issuer’s keys themselves, as a JWK Set or one JWK, in place of `jwks_uri`.',
      ),
    ),
  ),
  algorithms: v.optional(
    v.pipe(
      v.array(v.picklist(ALGORITHMS, NOT_ACCEPTED)),
      v.minLength(1),
      v.description(`Accepted signature algorithms. Default \`${DEFAULTS.algorithms.join(' ')}\`.`),
    ),
  ),
  token_type: v.optional(
    choice(['any', 'at+jwt'], '`at+jwt` requires the header `typ` of RFC 9068. Default `any`.'),
  ),
  introspection_endpoint: v.optional(
    url(
      `Introspection endpoint (RFC 7662) of the callers’ identity provider: \`${addressAtDomain('introspection')}\` at an identity domain.`,
    ),
  ),
  client: v.optional(issuerClient),
  introspection_cache_seconds: wholeSeconds(
    LIMITS.introspection_cache,
    'How long an introspection answer is reused; never beyond the token’s expiry. The gateway has a cache of its own.',
  ),
  introspection_subject: v.optional(
    choice(
      ['same', 'may_differ'],
      'Whether the answer about a JWT must have the same `sub`: another one is a fault.',
    ),
    'same',
  ),
  opaque_tokens: v.optional(
    v.pipe(
      strictObject({
        prefixes: v.optional(nonEmptyStrings('How they begin; one of these.')),
        lengths: v.optional(
          v.pipe(
            v.array(
              wholeNumber(
                { min: 1, max: MAX_TOKEN_CHARACTERS },
                'characters',
                'Length in characters.',
              ),
            ),
            v.minLength(1),
            v.description('Their lengths; one of these.'),
          ),
        ),
      }),
      v.description(
        'What opaque tokens of this issuer look like. Others are not sent to it. Without this, any opaque token may be sent to it.',
      ),
    ),
  ),
  required_scopes: v.optional(
    v.pipe(
      strings('Scopes that every caller needs; all of them.'),
      check<string[]>(
        (scopes) =>
          scopes.every((scope) => SCOPE_TOKEN.test(scope))
            ? undefined
            : 'has a character that scopes cannot have',
        'Give plain scope names, without quotes and spaces.',
      ),
    ),
    [],
  ),
  allowed_clients: v.optional(nonEmptyStrings('Client ids that may call. Default: every client.')),
  required_claims: v.optional(
    someMembers(
      v.union([scalarSchema, v.pipe(v.array(scalarSchema), v.minLength(1))]),
      'Required claims, each with its value or a list of accepted values.',
    ),
  ),
  max_token_lifetime_seconds: v.optional(
    wholeNumber({ min: 1, max: 31_536_000 }, 'seconds', 'Longest time from `iat` to `exp`.'),
  ),
  clock_tolerance_seconds: wholeSeconds(
    LIMITS.clock_tolerance,
    'Allowance for differing clocks at `exp`, `nbf` and `iat`.',
  ),
  principal_claims: v.optional(
    strings('Claims with the subject; the first that is present counts.'),
  ),
  client_id_claims: v.optional(strings('Claims with the client id; the first counts.')),
  scope_claims: v.optional(
    strings(
      'Claims with scopes, or roles; all of them count. A string in `scope` or `scp` is space-separated; elsewhere it is one value, which is left out if it has a space.',
    ),
  ),
  gateway_scope_prefix: v.optional(nonEmptyString('Put before each scope that the gateway gets.')),
  gateway_scope_map: v.optional(
    v.pipe(
      v.record(v.string(), v.array(v.pipe(v.string(), v.nonEmpty()))),
      v.description('Replaces a scope by others for the gateway’s `ANY_OF`.'),
    ),
  ),
  context_claims: v.optional(
    v.pipe(
      strings('Claims that routes may use as `${request.auth[<claim>]}`.'),
      check<string[]>((names) => {
        const reserved = RESERVED_CONTEXT_NAMES.filter((name) => names.includes(name))
        return reserved.length === 0 ? undefined : `has reserved names: ${reserved.join(', ')}`
      }, 'Leave them out: the authorizer itself sets them.'),
    ),
    [],
  ),
})

export type IssuerInput = v.InferOutput<typeof issuerSchema>
