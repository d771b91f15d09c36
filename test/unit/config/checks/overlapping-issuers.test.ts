/**
 * Owns the proof that no two issuers of a document may get the same tokens, as the laxer one of them
 * would let in what the stricter one refuses.
 * Pure.
 */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import {
  CLIENT,
  documentOf,
  ISSUER,
  problem,
  problemsOf,
  type Members,
} from '../../support/documents.ts'

function jwkOf() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
}
const [ONE_KEY, OTHER_KEY] = [jwkOf(), jwkOf()]

const IDENTITY_DOMAINS = 'https://identity.oraclecloud.com/'

function withIssuers(...issuers: readonly Members[]): Members {
  return documentOf({ issuers: issuers.map((changes) => ({ ...ISSUER, ...changes })) })
}

function lookalike(index: number, earlier: string) {
  return problem(
    `issuers.${index}.audience`,
    `overlaps with that of issuer ${earlier}, to which the same tokens may come: the laxer one would decide`,
    'Give audiences that differ, or make one issuer of the two.',
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
  return {
    jwks_uri: `https://${host}/admin/v1/SigningCert/jwk`,
  }
}
function asStatic(...keys: readonly object[]): Members {
  return { jwks_uri: undefined, jwks: { keys } }
}
function discovering(issuer: string): Members {
  return {
    jwks_uri: undefined,
    provider: { preset: 'oidc', issuer },
  }
}
const both: Members = { validation: 'jwt_and_introspection' }
const anyIssuer: Members = { issuer: undefined }
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

/** Whichever of the two stands first. */
function inBothOrders(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.flatMap(([what, one, other]) => [
    [what, one, other],
    [`${what}, the other way round`, other, one],
  ])
}

describe('two issuers of a document', () => {
  it.each(
    inBothOrders([
      ['the same audience', {}, {}],
      ['one audience of several', { audience: ['a', 'b'] }, { audience: ['c', 'b'] }],
      ['any audience', { audience: 'any' }, { audience: ['other'] }],
      ['one introspection endpoint', introspecting, introspecting],
      [
        'one introspection endpoint for any issuer',
        { ...introspecting, ...anyIssuer },
        introspecting,
      ],
      [
        'one introspection endpoint for any issuer, twice',
        { ...introspecting, ...anyIssuer },
        { ...introspecting, ...anyIssuer },
      ],
      [
        'one introspection endpoint, written in two ways',
        { ...introspecting, ...anyIssuer },
        { ...introspectingAt('IDP.example:443') },
      ],
      [
        'one introspection endpoint, discovered by the one and written out for any issuer',
        { ...discovering('https://idp.example'), validation: 'introspection', client: CLIENT },
        { ...introspecting, ...anyIssuer },
      ],
      ['one key in the document', asStatic(ONE_KEY), asStatic(OTHER_KEY, { ...ONE_KEY, kid: 'b' })],
      [
        'one address of keys, whatever else one of them asks',
        { ...introspecting, ...both, jwks_uri: ISSUER['jwks_uri'] },
        { validation: 'jwt' },
      ],
      [
        'one introspection endpoint, whatever else one of them checks',
        { ...introspecting, ...both, jwks_uri: ISSUER['jwks_uri'] },
        introspecting,
      ],
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
        domains(withKeysAt('idcs-a.identity.oraclecloud.com')),
        domains(introspectingAt('idcs-a.identity.oraclecloud.com')),
      ],
      [
        'an identity domain by preset and by introspection',
        preset('idcs-a.identity.oraclecloud.com', { validation: 'jwt' }),
        domains(introspectingAt('idcs-a.identity.oraclecloud.com:443')),
      ],
      [
        'an identity domain by its name with the region and without',
        preset('idcs-a.us-phoenix-idcs-1.identity.oraclecloud.com', { validation: 'jwt' }),
        preset('idcs-a.identity.oraclecloud.com'),
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
    ]),
  )('are refused where nothing tells them apart: %s', (_case, one, other) => {
    expect(problemsOf(withIssuers({ ...one, name: 'a' }, { ...other, name: 'b' }))).toStrictEqual([
      lookalike(1, 'a'),
    ])
  })

  it.each(
    inBothOrders([
      ['audience', { audience: ['a', 'b'] }, { audience: ['c', 'd'] }],
      ['issuer', {}, { issuer: 'https://other.example' }],
      [
        'issuer, with keys in the document',
        asStatic(ONE_KEY),
        { ...asStatic(OTHER_KEY), issuer: 'b' },
      ],
      ['host of keys', {}, { jwks_uri: 'https://other.example/keys' }],
      ['port of keys', {}, { jwks_uri: 'https://idp.example:8443/keys' }],
      ['keys in the document', asStatic(ONE_KEY), asStatic(OTHER_KEY)],
      ['host of introspection', introspecting, introspectingAt('other.example')],
      [
        'introspection endpoint, where none checks the issuer',
        { ...introspecting, ...anyIssuer },
        {
          ...introspecting,
          ...anyIssuer,
          introspection_endpoint: 'https://idp.example/realms/b/introspect',
        },
      ],
      ['checked issuer, with judges of their own', {}, { ...introspecting, ...anyIssuer }],
      [
        'kind of tokens: the JWTs of one issuer, and all that is opaque',
        { ...introspecting, ...both, jwks_uri: ISSUER['jwks_uri'] },
        { ...introspecting, ...anyIssuer },
      ],
      [
        'host of discovery, where the other takes any issuer',
        { ...discovering('https://idp.example'), validation: 'introspection', client: CLIENT },
        { ...introspectingAt('other.example'), ...anyIssuer },
      ],
      [
        'host of discovery',
        { ...discovering('https://a.example'), issuer: 'https://idp.example' },
        { ...discovering('https://b.example'), issuer: 'https://idp.example' },
      ],
      [
        'identity domain',
        preset('idcs-a.identity.oraclecloud.com'),
        preset('idcs-b.identity.oraclecloud.com', { validation: 'jwt' }),
      ],
      [
        'identity domain in one region',
        preset('idcs-a.us-phoenix-idcs-1.identity.oraclecloud.com'),
        preset('idcs-b.us-phoenix-idcs-1.identity.oraclecloud.com'),
      ],
      [
        'identity domain, as far as keys in the document tell',
        domains(asStatic(ONE_KEY)),
        preset('idcs-b.identity.oraclecloud.com'),
      ],
      [
        'host, though both begin with the same name',
        domains(withKeysAt('idcs-a.one.example')),
        domains(introspectingAt('idcs-a.other.example')),
      ],
    ]),
  )('are accepted where they differ in their %s', (_case, one, other) => {
    expect(problemsOf(withIssuers({ ...one, name: 'a' }, { ...other, name: 'b' }))).toStrictEqual(
      [],
    )
  })

  it('are each compared with all before them', () => {
    const b: Members = { name: 'b', audience: ['b'] }

    expect(problemsOf(withIssuers({ name: 'a' }, b, { name: 'c' }))).toStrictEqual([
      lookalike(2, 'a'),
    ])
  })
})
