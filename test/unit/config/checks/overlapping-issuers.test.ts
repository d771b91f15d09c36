import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { sharesTokens } from '../../../../src/config/checks/overlapping-issuers.ts'
import {
  CLIENT,
  ISSUER,
  issuerOf,
  problem,
  problemsOf,
  withIssuers,
  type Members,
} from '../../support/documents.ts'

function jwkOf() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
}
const [ONE_KEY, OTHER_KEY] = [jwkOf(), jwkOf()]

const IDENTITY_DOMAINS = 'https://identity.oraclecloud.com/'
const [DOMAIN_A, DOMAIN_B] = [
  'idcs-a.identity.oraclecloud.com',
  'idcs-b.identity.oraclecloud.com',
] as const

function overlap(index: number, earlier: string) {
  return problem(
    `issuers.${index}.audience`,
    `overlaps with that of issuer ${earlier}, which accepts the same tokens: the less strict one would decide`,
    'Give different audiences, or merge the two issuers.',
  )
}

function introspectingAt(host: string): Members {
  return {
    jwks_uri: undefined,
    introspection_endpoint: `https://${host}/oauth2/v1/introspect`,
    client: CLIENT,
  }
}
const introspecting = introspectingAt('idp.example')
function withKeysAt(host: string): Members {
  return { jwks_uri: `https://${host}/admin/v1/SigningCert/jwk` }
}
function asStatic(...keys: readonly object[]): Members {
  return { jwks_uri: undefined, jwks: { keys } }
}
function discovering(issuer: string): Members {
  return { jwks_uri: undefined, provider: { preset: 'oidc', issuer } }
}
const both: Members = { validation: 'jwt_and_introspection' }
const introspectingAny: Members = { ...introspecting, issuer: undefined }
const verifyingToo: Members = {
  ...introspecting,
  ...both,
  jwks_uri: ISSUER['jwks_uri'],
}
const discoveringEndpoint: Members = {
  ...discovering('https://idp.example'),
  validation: 'introspection',
  client: CLIENT,
}
function domains(changes: Members): Members {
  return { ...changes, issuer: IDENTITY_DOMAINS }
}
function preset(host: string, changes: Members = {}): Members {
  return {
    issuer: undefined,
    jwks_uri: undefined,
    provider: { preset: 'oci_iam', domain_url: `https://${host}` },
    client: CLIENT,
    ...changes,
  }
}

type Pair = readonly [what: string, one: Members, other: Members]

/** Issuers that accept the same tokens, by what they have in common. */
const SHARED: readonly Pair[] = [
  ['the same audience', {}, {}],
  ['one audience of several', { audience: ['a', 'b'] }, { audience: ['c', 'b'] }],
  ['any audience', { audience: 'any' }, { audience: ['other'] }],
  ['one introspection endpoint', introspecting, introspecting],
  ['one introspection endpoint for any issuer', introspectingAny, introspecting],
  ['one introspection endpoint for any issuer, twice', introspectingAny, introspectingAny],
  [
    'one introspection endpoint, written in two ways',
    introspectingAny,
    introspectingAt('IDP.example:443'),
  ],
  [
    'one introspection endpoint, discovered here, configured for any issuer there',
    discoveringEndpoint,
    introspectingAny,
  ],
  ['one key in the document', asStatic(ONE_KEY), asStatic(OTHER_KEY, { ...ONE_KEY, kid: 'b' })],
  ['one address of keys, the other introspects as well', verifyingToo, { validation: 'jwt' }],
  ['one introspection endpoint, the other verifies as well', verifyingToo, introspecting],
  ['one discovery', discovering('https://a.example'), discovering('https://a.example')],
  ['keys at one host', {}, { jwks_uri: 'https://idp.example/other?a=b' }],
  ['an endpoint at the host of the keys', {}, introspecting],
  ['keys here, an endpoint elsewhere', {}, introspectingAt('other.example')],
  ['keys at an address, keys in the document', {}, asStatic(ONE_KEY)],
  ['an endpoint, keys in the document', introspecting, asStatic(ONE_KEY)],
  ['keys, discovery', {}, { ...discovering('https://a.example'), issuer: ISSUER['issuer'] }],
  [
    'keys elsewhere, and an endpoint as well',
    {},
    { ...introspectingAt('other.example'), ...both, ...withKeysAt('other.example') },
  ],
  [
    'an identity domain by keys and by introspection',
    domains(withKeysAt(DOMAIN_A)),
    domains(introspectingAt(DOMAIN_A)),
  ],
  [
    'an identity domain by preset and by introspection',
    preset(DOMAIN_A, { validation: 'jwt' }),
    domains(introspectingAt(`${DOMAIN_A}:443`)),
  ],
  [
    'an identity domain by its name with the region and without',
    preset('idcs-a.us-phoenix-idcs-1.identity.oraclecloud.com', { validation: 'jwt' }),
    preset(DOMAIN_A),
  ],
  [
    'an identity domain with its keys in the document, by one endpoint',
    domains({ ...introspectingAt('d.example'), ...asStatic(ONE_KEY), ...both }),
    domains(introspectingAt('d.example')),
  ],
  [
    'one key in the document for identity domains',
    domains(asStatic(ONE_KEY)),
    domains(asStatic(ONE_KEY)),
  ],
]

/** Issuers that do not, by what differs. */
const SEPARATE: readonly Pair[] = [
  ['audience', { audience: ['a', 'b'] }, { audience: ['c', 'd'] }],
  ['issuer', {}, { issuer: 'https://other.example' }],
  ['issuer, with keys in the document', asStatic(ONE_KEY), { ...asStatic(OTHER_KEY), issuer: 'b' }],
  ['host of keys', {}, { jwks_uri: 'https://other.example/keys' }],
  ['port of keys', {}, { jwks_uri: 'https://idp.example:8443/keys' }],
  ['keys in the document', asStatic(ONE_KEY), asStatic(OTHER_KEY)],
  ['host of introspection', introspecting, introspectingAt('other.example')],
  [
    'introspection endpoint, where none checks the issuer',
    introspectingAny,
    { ...introspectingAny, introspection_endpoint: 'https://idp.example/realms/b/introspect' },
  ],
  ['checked issuer, with sources of their own', {}, introspectingAny],
  ['kind of token: the JWTs of one issuer, opaque ones', verifyingToo, introspectingAny],
  [
    'host of discovery, where the other takes any issuer',
    discoveringEndpoint,
    { ...introspectingAt('other.example'), issuer: undefined },
  ],
  [
    'host of discovery',
    { ...discovering('https://a.example'), issuer: 'https://idp.example' },
    { ...discovering('https://b.example'), issuer: 'https://idp.example' },
  ],
  ['identity domain', preset(DOMAIN_A), preset(DOMAIN_B, { validation: 'jwt' })],
  [
    'identity domain in one region',
    preset('idcs-a.us-phoenix-idcs-1.identity.oraclecloud.com'),
    preset('idcs-b.us-phoenix-idcs-1.identity.oraclecloud.com'),
  ],
  ['identity domain, by keys in the document', domains(asStatic(ONE_KEY)), preset(DOMAIN_B)],
  [
    'host, though both begin alike',
    domains(withKeysAt('idcs-a.one.example')),
    domains(introspectingAt('idcs-a.other.example')),
  ],
]

describe('sharesTokens', () => {
  const answersOf = (one: Members, other: Members) => {
    const issuers = [issuerOf(one), issuerOf(other)] as const
    return [sharesTokens(...issuers), sharesTokens(issuers[1], issuers[0])]
  }

  it.each(SHARED)('is true for both orders: %s', (_case, one, other) => {
    expect(answersOf(one, other)).toStrictEqual([true, true])
  })

  it.each(SEPARATE)('is false for both orders: another %s', (_case, one, other) => {
    expect(answersOf(one, other)).toStrictEqual([false, false])
  })

  it('is false for the same issuer with another audience', () => {
    const shared = SHARED.map(([, one]) =>
      answersOf({ ...one, audience: ['a'] }, { ...one, audience: ['b'] }),
    )

    expect(shared.flat()).toStrictEqual(Array(2 * SHARED.length).fill(false))
  })
})

describe('two issuers of a document', () => {
  it('are rejected if they accept the same tokens', () => {
    expect(problemsOf(withIssuers({ name: 'a' }, { name: 'b' }))).toStrictEqual([overlap(1, 'a')])
  })

  it('are accepted if they accept different tokens', () => {
    const other = { name: 'b', issuer: 'https://other.example' }

    expect(problemsOf(withIssuers({ name: 'a' }, other))).toStrictEqual([])
  })

  it('are compared with each other', () => {
    const b: Members = { name: 'b', audience: ['b'] }

    expect(problemsOf(withIssuers({ name: 'a' }, b, { name: 'c' }))).toStrictEqual([
      overlap(2, 'a'),
    ])
  })
})
