import { describe, expect, it } from '@jest/globals'
import { createTokenCheck, type ExpectedToken } from '../../../src/backend/token-check.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import type { WarningReason } from '../../../src/reasons.ts'

const AUDIENCE = 'https://0A.integration.example:443'
const SCOPE = 'urn:opc:resource:consumer::all'

function jwt(claims: object): string {
  return [{ alg: 'none' }, claims, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
}

function warningsAbout(
  tokens: readonly string[],
  { scope = `${AUDIENCE}${SCOPE}`, audience }: { scope?: string; audience?: string } = {},
): unknown[] {
  return warningsOf(tokens, { scope, audience })
}

function warningsOf(tokens: readonly string[], expected: ExpectedToken): unknown[] {
  const warnings: unknown[] = []
  const check = createTokenCheck('oic', expected, (...warning) => warnings.push(warning))
  for (const token of tokens) {
    check({ authorization: new Redacted(`Bearer ${token}`), expiresAt: undefined })
  }
  return warnings
}

function warned(reason: WarningReason) {
  return [reason, { backend: 'oic' }]
}

describe('the backend’s token', () => {
  it.each([
    ['is opaque', 'abc'],
    ['has audience and scope', jwt({ aud: AUDIENCE, scope: SCOPE })],
    ['has more than that', jwt({ aud: ['x', AUDIENCE], scope: `a ${SCOPE}` })],
    ['names the whole scope', jwt({ aud: AUDIENCE, scope: `${AUDIENCE}${SCOPE}` })],
    ['has the scopes in an array', jwt({ aud: AUDIENCE, scp: [SCOPE] })],
    ['tells no scope', jwt({ aud: AUDIENCE })],
  ])('has no warning if it %s', (_case, token) => {
    expect(warningsAbout([token])).toStrictEqual([])
  })

  it.each([
    [
      'has another audience',
      jwt({ aud: 'https://other:443', scope: SCOPE }),
      'backend_audience_mismatch',
    ],
    ['has no audience', jwt({ scope: SCOPE }), 'backend_audience_mismatch'],
    ['has an empty audience', jwt({ aud: '', scope: SCOPE }), 'backend_audience_mismatch'],
    ['has another scope', jwt({ aud: AUDIENCE, scope: 'other' }), 'backend_scope_mismatch'],
    ['has another in an array', jwt({ aud: AUDIENCE, scp: ['other'] }), 'backend_scope_mismatch'],
  ] as const)('has a warning if it %s', (_case, token, reason) => {
    expect(warningsAbout([token])).toStrictEqual([warned(reason)])
  })

  it('is held against the audience of an exchange', () => {
    const token = jwt({ aud: 'orders', scope: 'read' })

    expect(warningsAbout([token], { scope: 'read', audience: 'orders' })).toStrictEqual([])
    expect(warningsAbout([token], { scope: 'read', audience: 'other' })).toStrictEqual([
      warned('backend_audience_mismatch'),
    ])
  })

  it('has to have each of several scopes', () => {
    const both = { scope: 'read write' }

    expect(warningsAbout([jwt({ scope: 'write read' })], both)).toStrictEqual([])
    expect(warningsAbout([jwt({ scope: 'read' })], both)).toStrictEqual([
      warned('backend_scope_mismatch'),
    ])
  })

  it('may have any scope if none is required', () => {
    const expected = { scope: undefined, audience: 'orders' }

    expect(warningsOf([jwt({ aud: 'orders', scope: 'read' })], expected)).toStrictEqual([])
    expect(warningsOf([jwt({ aud: 'other', scope: 'read' })], expected)).toStrictEqual([
      warned('backend_audience_mismatch'),
    ])
  })

  it('is looked at once', () => {
    const bad = jwt({ aud: 'other' })

    expect(warningsAbout([bad, bad])).toHaveLength(1)
    expect(warningsAbout(['opaque', bad])).toHaveLength(0)
  })
})
