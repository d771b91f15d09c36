import { describe, expect, it } from '@jest/globals'
import { CLIENT, problemsOf, withBackend } from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import {
  exposed,
  LONG_NAME,
  LONGEST_NAME,
  noneOf,
  refusal,
  type Refusal,
} from './schema-fixture.ts'

const SOME_OCID = 'the OCID of a Vault secret, in a key that ends in _ocid'
const TOKEN_TYPES = ['access_token', 'jwt'].map(
  (name) => `urn:ietf:params:oauth:token-type:${name}`,
)

describe('a backend of a document', () => {
  it.each<Refusal>([
    [{ name: undefined }, 'name', 'is missing', 'Add it: the name of this backend in the log.'],
    [{ name: '' }, 'name', 'is not a usable name'],
    [{ name: LONG_NAME }, 'name', 'is not a usable name'],
    [{ name: '-oic-/' }, 'name', 'is not a usable name'],
    [{ name: '/oic' }, 'name', 'is not a usable name'],
    [{ when: 'always' }, 'when', 'is not an object'],
    [{ when: { client: ['a'] } }, 'when.client', 'is unknown'],
    [{ when: { issuers: 'callers' } }, 'when.issuers', 'is not a list'],
    [{ when: { clients: [''] } }, 'when.clients.0', 'is empty'],
    [{ when: { scopes: 'a' } }, 'when.scopes', 'is not a list'],
    [{ when: { arguments: { host: [] } } }, 'when.arguments.host', 'has too few entries'],
    [
      { when: { arguments: { host: 1 } } },
      'when.arguments.host',
      'has a value of the wrong type',
      'Give a string or a list of strings.',
    ],
    [{ when: { arguments: 'host' } }, 'when.arguments', 'is not an object'],
    [
      { grant: 'password' },
      'grant',
      ...noneOf('client_credentials', 'jwt_bearer', 'token_exchange', 'basic'),
    ],
    [{ token_endpoint: '' }, 'token_endpoint', 'is empty'],
    [{ client: { ...CLIENT, client_id: '' } }, 'client.client_id', 'is empty'],
    [
      { client_auth: 'none' },
      'client_auth',
      ...noneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt'),
    ],
    [{ scope: '' }, 'scope', 'is empty'],
    [{ scope: ['a'] }, 'scope', 'is not a string'],
    [{ assertion: { subject_claim: '' } }, 'assertion.subject_claim', 'is empty'],
    [{ assertion: { key_ocid: '' } }, 'assertion.key_ocid', 'is empty'],
    [{ assertion: { key_id: '' } }, 'assertion.key_id', 'is empty'],
    [{ assertion: { audience: [] } }, 'assertion.audience', 'has too few entries'],
    [{ assertion: { issuer: 'x' } }, 'assertion.issuer', 'is unknown'],
    [{ exchange: { audience: '' } }, 'exchange.audience', 'is empty'],
    [{ exchange: { resource: '' } }, 'exchange.resource', 'is empty'],
    [{ exchange: { scope: 'a' } }, 'exchange.scope', 'is unknown'],
    [
      { exchange: { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' } },
      'exchange.subject_token_type',
      ...noneOf(...TOKEN_TYPES),
    ],
    [{ secret_ocid: '' }, 'secret_ocid', 'is empty'],
    [{ secret: 'x' }, 'secret', 'is unknown', exposed(SOME_OCID)],
    [
      { client: { ...CLIENT, client_id: undefined } },
      'client.client_id',
      'is missing',
      REMEDIES.backendClientId,
    ],
  ])('is rejected with %p', (changes, path, ...fault) => {
    const unmatched = Object.hasOwn(changes, 'when') ? 'refuse' : undefined

    expect(problemsOf({ ...withBackend(changes), unmatched })).toStrictEqual([
      refusal(`backends.0.${path}`, ...fault),
    ])
  })

  it.each(['x', 'A-Z_a-z.0-9', LONGEST_NAME])('may have the name %s', (name) => {
    expect(problemsOf(withBackend({ name }))).toStrictEqual([])
  })
})
