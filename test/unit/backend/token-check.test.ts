import { describe, expect, it } from '@jest/globals'
import { createTokenCheck, type ExpectedToken } from '../../../src/backend/token-check.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import type { WarningReason } from '../../../src/reasons.ts'
import { unsignedJwt } from '../support/tokens.ts'

const AUDIENCE = 'https://0A.integration.example:443'
const SCOPE = 'urn:opc:resource:consumer::all'

function warningsAbout(
  tokens: readonly string[],
  expected: ExpectedToken = { scope: `${AUDIENCE}${SCOPE}`, audience: undefined },
): unknown[] {
  const warnings: unknown[] = []
  const check = createTokenCheck('oic', expected, (...warning) => warnings.push(warning))
  for (const token of tokens) {
    check({ authorization: new Redacted(`Bearer ${token}`), expiresAt: undefined })
  }
  return warnings
}

function warned(reason: WarningReason) {
  return [[reason, { backend: 'oic' }]]
}
const WRONG_AUDIENCE = warned('backend_audience_mismatch')
const WRONG_SCOPE = warned('backend_scope_mismatch')

describe('the backend’s token', () => {
  it.each([
    ['is opaque', 'abc'],
    ['has audience and scope', unsignedJwt({ aud: AUDIENCE, scope: SCOPE })],
    ['has more than that', unsignedJwt({ aud: ['x', AUDIENCE], scope: `a ${SCOPE}` })],
    ['names the whole scope', unsignedJwt({ aud: AUDIENCE, scope: `${AUDIENCE}${SCOPE}` })],
    ['has the scopes in an array', unsignedJwt({ aud: AUDIENCE, scp: [SCOPE] })],
    ['tells no scope', unsignedJwt({ aud: AUDIENCE })],
  ])('has no warning if it %s', (_case, token) => {
    expect(warningsAbout([token])).toStrictEqual([])
  })

  it.each([
    [
      'has another audience',
      unsignedJwt({ aud: 'https://other:443', scope: SCOPE }),
      WRONG_AUDIENCE,
    ],
    ['has no audience', unsignedJwt({ scope: SCOPE }), WRONG_AUDIENCE],
    ['has an empty audience', unsignedJwt({ aud: '', scope: SCOPE }), WRONG_AUDIENCE],
    ['has another scope', unsignedJwt({ aud: AUDIENCE, scope: 'other' }), WRONG_SCOPE],
    ['has another in an array', unsignedJwt({ aud: AUDIENCE, scp: ['other'] }), WRONG_SCOPE],
  ])('has a warning if it %s', (_case, token, expected) => {
    expect(warningsAbout([token])).toStrictEqual(expected)
  })

  it('is held against the audience of an exchange', () => {
    const token = unsignedJwt({ aud: 'orders', scope: 'read' })

    expect(warningsAbout([token], { scope: 'read', audience: 'orders' })).toStrictEqual([])
    expect(warningsAbout([token], { scope: 'read', audience: 'other' })).toStrictEqual(
      WRONG_AUDIENCE,
    )
  })

  it('has to have each of several scopes', () => {
    const both = { scope: 'read write', audience: undefined }

    expect(warningsAbout([unsignedJwt({ scope: 'write read' })], both)).toStrictEqual([])
    expect(warningsAbout([unsignedJwt({ scope: 'read' })], both)).toStrictEqual(WRONG_SCOPE)
  })

  it('may have any scope if none is required', () => {
    const expected = { scope: undefined, audience: 'orders' }

    expect(warningsAbout([unsignedJwt({ aud: 'orders', scope: 'read' })], expected)).toStrictEqual(
      [],
    )
    expect(warningsAbout([unsignedJwt({ aud: 'other', scope: 'read' })], expected)).toStrictEqual(
      WRONG_AUDIENCE,
    )
  })

  it('is looked at once', () => {
    const bad = unsignedJwt({ aud: 'other' })

    expect(warningsAbout([bad, bad])).toHaveLength(1)
    expect(warningsAbout(['opaque', bad])).toHaveLength(0)
  })
})
