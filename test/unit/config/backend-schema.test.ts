import { describe, expect, it } from '@jest/globals'
import { CLIENT, problem, problemsOf, withBackend } from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import {
  BAD_NAME,
  EMPTY,
  exposed,
  LONG_NAME,
  LONGEST_NAME,
  missing,
  NO_LIST,
  NO_OBJECT,
  NO_STRING,
  noneOf,
  TOO_FEW,
  UNKNOWN,
  wrongType,
  type Refusal,
} from './schema-fixture.ts'

const SOME_OCID = 'the OCID of a Vault secret, in a key that ends in _ocid'
const TOKEN_TYPES = ['access_token', 'jwt'].map(
  (name) => `urn:ietf:params:oauth:token-type:${name}`,
)

describe('a backend of a document', () => {
  it.each<Refusal>([
    [{ name: undefined }, 'name', missing('Add "name".')],
    [{ name: '' }, 'name', BAD_NAME],
    [{ name: LONG_NAME }, 'name', BAD_NAME],
    [{ name: '-oic-/' }, 'name', BAD_NAME],
    [{ name: '/oic' }, 'name', BAD_NAME],
    [{ when: 'always' }, 'when', NO_OBJECT],
    [{ when: { client: ['a'] } }, 'when.client', UNKNOWN],
    [{ when: { issuers: 'callers' } }, 'when.issuers', NO_LIST],
    [{ when: { clients: [''] } }, 'when.clients.0', EMPTY],
    [{ when: { scopes: 'a' } }, 'when.scopes', NO_LIST],
    [{ when: { arguments: { host: [] } } }, 'when.arguments.host', TOO_FEW],
    [
      { when: { arguments: { host: 1 } } },
      'when.arguments.host',
      wrongType('Give a string or a list of strings.'),
    ],
    [{ when: { arguments: 'host' } }, 'when.arguments', NO_OBJECT],
    [
      { grant: 'password' },
      'grant',
      noneOf('client_credentials', 'jwt_bearer', 'token_exchange', 'basic'),
    ],
    [{ token_endpoint: '' }, 'token_endpoint', EMPTY],
    [{ client: { ...CLIENT, client_id: '' } }, 'client.client_id', EMPTY],
    [
      { client_auth: 'none' },
      'client_auth',
      noneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt'),
    ],
    [{ scope: '' }, 'scope', EMPTY],
    [{ scope: ['a'] }, 'scope', NO_STRING],
    [{ assertion: { subject_claim: '' } }, 'assertion.subject_claim', EMPTY],
    [{ assertion: { key_ocid: '' } }, 'assertion.key_ocid', EMPTY],
    [{ assertion: { key_id: '' } }, 'assertion.key_id', EMPTY],
    [{ assertion: { audience: [] } }, 'assertion.audience', TOO_FEW],
    [{ assertion: { issuer: 'x' } }, 'assertion.issuer', UNKNOWN],
    [{ exchange: { audience: '' } }, 'exchange.audience', EMPTY],
    [{ exchange: { resource: '' } }, 'exchange.resource', EMPTY],
    [{ exchange: { scope: 'a' } }, 'exchange.scope', UNKNOWN],
    [
      { exchange: { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' } },
      'exchange.subject_token_type',
      noneOf(...TOKEN_TYPES),
    ],
    [{ secret_ocid: '' }, 'secret_ocid', EMPTY],
    [{ secret: 'x' }, 'secret', exposed(SOME_OCID)],
    [
      { client: { ...CLIENT, client_id: undefined } },
      'client.client_id',
      missing(REMEDIES.backendClientId),
    ],
  ])('is rejected with %p', (changes, path, fault) => {
    const unmatched = Object.hasOwn(changes, 'when') ? 'refuse' : undefined

    expect(problemsOf({ ...withBackend(changes), unmatched })).toStrictEqual([
      problem(`backends.0.${path}`, ...fault),
    ])
  })

  it.each(['x', 'A-Z_a-z.0-9', LONGEST_NAME])('may have the name %s', (name) => {
    expect(problemsOf(withBackend({ name }))).toStrictEqual([])
  })
})
