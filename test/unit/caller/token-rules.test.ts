import { describe, expect, it } from '@jest/globals'
import type { TokenClaims } from '../../../src/caller/claims.ts'
import { firstBrokenRule } from '../../../src/caller/token-rules.ts'
import type { TokenRules } from '../../../src/config/model.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { claimsOf } from '../support/claims.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { tokenRules } from '../support/issuers.ts'
import { START } from '../support/time.ts'

const RULES = tokenRules({
  issuer: 'https://idp.example',
  audience: ['api', 'other-api'],
  clientIdRequired: true,
  anyScopeRequired: true,
  allowedClients: ['client-1', 'client-2'],
  requiredClaims: [
    { name: 'tenant', values: ['a', 'b'] },
    { name: 'level', values: [2] },
  ],
  requiredScopes: ['read'],
  maxTokenLifetime: seconds(60),
})

/** What an observer gets of each rule, in short: name, ok, expected, actual. */
function findingsAbout(claims: TokenClaims, rules: TokenRules) {
  const { findings, observe } = recordingObserver()
  firstBrokenRule(claims, rules, START, observe)
  return findings.map(inShort)
}

const LIMITS = {
  exp: 'later than 2027-01-15T07:59:30.000Z',
  start: 'not later than 2027-01-15T08:00:30.000Z',
}

/** What each rule expects, what a good token has, and what a bad one has. */
const FINDINGS: readonly (readonly [
  name: string,
  expected: unknown,
  good: unknown,
  bad: unknown,
])[] = [
  ['issuer', 'https://idp.example', 'https://idp.example', 'https://other.example'],
  ['audience', ['api', 'other-api'], ['unknown', 'api'], ['other']],
  ['client_named', 'a client, which ID tokens do not name', 'client-1', null],
  ['token_type', 'no claim of another kind of token', [], ['at_hash']],
  ['sender_constraint', 'no `cnf`', null, { jkt: 'x' }],
  ['exp', LIMITS.exp, '2027-01-15T08:01:00.000Z', '2027-01-15T07:59:30.000Z'],
  ['nbf', LIMITS.start, '2027-01-15T08:00:01.000Z', '2027-01-15T08:00:31.000Z'],
  ['iat', LIMITS.start, '2027-01-15T08:00:00.000Z', '2027-01-15T07:58:29.000Z'],
  ['lifetime', 'at most 60 s from iat to exp', '60 s', '61 s'],
  ['client', ['client-1', 'client-2'], 'client-1', null],
  [
    'required_claims',
    { tenant: ['a', 'b'], level: [2] },
    { tenant: 'b', level: 2 },
    { tenant: null, level: 1 },
  ],
  ['any_scope', 'a scope or a role', ['read', 'write'], []],
  ['scope', ['read'], ['read', 'write'], []],
]

describe('an observer of the rules', () => {
  it('gets what each one expects and what a good token has', () => {
    const claims = claimsOf({
      iss: 'https://idp.example',
      aud: ['unknown', 'api'],
      client_id: 'client-1',
      scope: 'read write',
      exp: START + 60,
      nbf: START + 1,
      iat: START,
      tenant: 'b',
      level: 2,
    })

    expect(findingsAbout(claims, RULES)).toStrictEqual(
      FINDINGS.map(([name, expected, good]) => [name, true, expected, good]),
    )
  })

  it('gets what a bad token has', () => {
    const claims = claimsOf({
      iss: 'https://other.example',
      aud: 'other',
      at_hash: 'x',
      cnf: { jkt: 'x' },
      exp: START - 30,
      nbf: START + 31,
      iat: START - 91,
      level: 1,
    })

    expect(findingsAbout(claims, RULES)).toStrictEqual(
      FINDINGS.map(([name, expected, , bad]) => [name, name === 'iat', expected, bad]),
    )
  })

  it('gets that anything will do where nothing is configured', () => {
    expect(findingsAbout(claimsOf({}), tokenRules({ audience: 'any' }))).toStrictEqual([
      ['issuer', true, 'any', null],
      ['audience', true, 'any', null],
      ['client_named', true, 'any', null],
      ['token_type', true, 'no claim of another kind of token', []],
      ['sender_constraint', true, 'no `cnf`', null],
      ['exp', true, LIMITS.exp, null],
      ['nbf', true, LIMITS.start, null],
      ['iat', true, LIMITS.start, null],
      ['lifetime', true, 'any', null],
      ['client', true, 'any', null],
      ['required_claims', true, {}, {}],
      ['any_scope', true, 'any', []],
      ['scope', true, [], []],
    ])
  })

  it.each([{ exp: START + 60 }, { iat: START }])(
    'gets no lifetime of a token with %j alone',
    (claims) => {
      const lifetime = findingsAbout(claimsOf(claims), RULES).find(([name]) => name === 'lifetime')

      expect(lifetime).toStrictEqual(['lifetime', false, 'at most 60 s from iat to exp', null])
    },
  )
})

describe('a token that Entra issues to every application', () => {
  const claims = claimsOf({ ver: '2.0', tid: 'tenant', azp: 'client-1', aud: 'api' })

  it('is denied, and an observer gets what it lacks', () => {
    expect(firstBrokenRule(claims, tokenRules(), START)).toMatchObject({
      reason: 'permission_missing',
      logContext: { expected: 'a scope or a role', actual: [] },
    })
  })

  it('is accepted if its client is listed or if it has a role', () => {
    const rules = tokenRules({ allowedClients: ['client-1'] })
    const withRole = claimsOf({ ...claims.members, roles: ['a'] })

    expect(firstBrokenRule(claims, rules, START)).toBeUndefined()
    expect(firstBrokenRule(withRole, tokenRules(), START)).toBeUndefined()
  })
})
