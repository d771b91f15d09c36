/** A backend in the configuration document. */
import * as v from 'valibot'
import {
  check,
  choice,
  name,
  someMembers,
  nonEmptyStrings,
  strictObject,
  nonEmptyString,
  strings,
  url,
  wholeSeconds,
} from '../platform/schema-fields.ts'
import { TOKEN_TYPES } from '../oauth/token-endpoint.ts'
import { addressAtDomain, IDENTITY_DOMAIN_ISSUER } from '../providers/oci-iam.ts'
import { backendClient, backendClientAuth } from './client-schema.ts'
import { DEFAULTS, GRANTS, LIMITS } from './defaults.ts'
import { secretOcid } from './secret-ocid.ts'

const conditions = strictObject({
  issuers: v.optional(strings('Names of issuers above; the caller’s must be one of them.')),
  clients: v.optional(strings('Client ids; the caller’s must be one of them.')),
  scopes: v.optional(strings('Scopes as the token has them; one of them is enough.')),
  arguments: v.optional(
    someMembers(
      v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]),
      'Arguments of the authorizer (host, header, …), each with its exact value or a list of values. Headers are no protection: callers can set them to any value.',
    ),
  ),
})

const conditionSchema = v.pipe(
  conditions,
  check<v.InferOutput<typeof conditions>>(
    (given) => (Object.keys(given).length === 0 ? 'is empty' : undefined),
    'Give a condition, or leave `when` out of the last backend.',
  ),
  v.description(
    'Calls that this backend is for: all conditions must hold. The first match counts.',
  ),
)

const assertionSchema = strictObject({
  subject_claim: v.optional(
    nonEmptyString(
      `Claim of the caller’s token that names the user, for \`jwt_bearer\`. Default \`${DEFAULTS.subject_claim}\`.`,
    ),
  ),
  user_controlled_claim: v.optional(
    v.pipe(
      v.literal('accept'),
      v.description(
        '`accept`: the subject claim may be one that users can change at their provider, such as `email`.',
      ),
    ),
  ),
  key_ocid: v.optional(
    secretOcid(
      'OCID of the Vault secret with the private key that signs user assertions (PEM, with the certificate beside it, or JWK), for `jwt_bearer`. Default: the key of `private_key_jwt`.',
    ),
  ),
  key_id: v.optional(
    nonEmptyString(
      '`kid` of assertions: the alias of our certificate at the identity domain. Default: `kid` of the JWK.',
    ),
  ),
  audience: v.optional(
    nonEmptyStrings(
      `\`aud\` of assertions. Default: \`${IDENTITY_DOMAIN_ISSUER}\`, elsewhere the token endpoint.`,
    ),
  ),
})

const exchangeSchema = strictObject({
  audience: v.optional(nonEmptyString('The requested `audience`, for `token_exchange`.')),
  resource: v.optional(nonEmptyString('The requested `resource`, for `token_exchange`.')),
  subject_token_type: v.optional(
    v.picklist([TOKEN_TYPES.accessToken, TOKEN_TYPES.jwt]),
    DEFAULTS.subject_token_type,
  ),
})

export const backendSchema = strictObject({
  name: name('The name of this backend in the log.'),
  when: v.optional(conditionSchema),
  grant: v.optional(choice(GRANTS, 'How the backend’s credential is obtained.'), DEFAULTS.grant),
  token_endpoint: v.optional(
    url(
      `Token endpoint of the OIC instance’s identity domain, \`${addressAtDomain('token')}\`. Required, except for \`basic\`.`,
    ),
  ),
  client: v.optional(backendClient),
  client_auth: backendClientAuth,
  scope: v.optional(
    nonEmptyString(
      'Scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`. Required, except for `basic` and `token_exchange`.',
    ),
  ),
  assertion: v.optional(
    v.pipe(
      assertionSchema,
      v.description('Assertions that we sign: for `jwt_bearer` and `private_key_jwt`.'),
    ),
  ),
  exchange: v.optional(v.pipe(exchangeSchema, v.description('For `token_exchange` (RFC 8693).'))),
  secret_ocid: v.optional(
    secretOcid('OCID of the Vault secret with `user:password`, for `basic`.'),
  ),
  min_token_seconds: wholeSeconds(
    LIMITS.min_back_end_token,
    'A token with less time left is not used: the gateway caches each answer for at least 60 seconds.',
  ),
})

export type BackendInput = v.InferOutput<typeof backendSchema>
