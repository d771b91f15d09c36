import { describe, expect, it } from '@jest/globals'
import {
  createIssuedTokenCheck,
  type ExpectedToken,
} from '../../../src/backend/issued-token-check.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import type { WarningReason } from '../../../src/reasons.ts'
import { START } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'

const AUDIENCE = 'https://0A.integration.example:443'
const SCOPE = 'urn:opc:resource:consumer::all'
const EXPECTED: ExpectedToken = { scope: `${AUDIENCE}${SCOPE}`, audience: undefined }

/** An object is the payload of a JWT; a string is an opaque token. */
function warningsFor(tokens: readonly (object | string)[], expected = EXPECTED): unknown[] {
  const warnings: unknown[] = []
  const check = createIssuedTokenCheck('oic', expected, (...args) => warnings.push(args))
  for (const payload of tokens) {
    const token = typeof payload === 'string' ? payload : unsignedJwt(payload)
    check({ authorization: new Redacted(`Bearer ${token}`), expiresAt: START })
  }
  return warnings
}

function warning(reason: WarningReason) {
  return [[reason, { backend: 'oic' }]]
}
const WRONG_AUDIENCE = warning('backend_audience_mismatch')
const WRONG_SCOPE = warning('backend_scope_mismatch')

describe('createIssuedTokenCheck', () => {
  it.each([
    ['is opaque', 'abc'],
    ['has the audience and the scope', { aud: AUDIENCE, scope: SCOPE }],
    ['has further audiences and scopes', { aud: ['x', AUDIENCE], scope: `a ${SCOPE}` }],
    ['has the scope with its audience', { aud: AUDIENCE, scope: `${AUDIENCE}${SCOPE}` }],
    ['has the scopes in an array', { aud: AUDIENCE, scp: [SCOPE] }],
    ['has no scope', { aud: AUDIENCE }],
  ])('logs no warning if the token %s', (_case, token) => {
    expect(warningsFor([token])).toStrictEqual([])
  })

  it.each([
    ['has a different audience', { aud: 'https://other:443', scope: SCOPE }, WRONG_AUDIENCE],
    ['has no audience', { scope: SCOPE }, WRONG_AUDIENCE],
    ['has an empty audience', { aud: '', scope: SCOPE }, WRONG_AUDIENCE],
    ['has a different scope', { aud: AUDIENCE, scope: 'other' }, WRONG_SCOPE],
    ['has a different scope in an array', { aud: AUDIENCE, scp: ['other'] }, WRONG_SCOPE],
  ])('logs a warning if the token %s', (_case, token, expected) => {
    expect(warningsFor([token])).toStrictEqual(expected)
  })

  const ORDERS = { aud: 'orders', scope: 'read' }

  it.each<readonly [string, ExpectedToken, object, unknown]>([
    ['the configured audience', { scope: 'read', audience: 'orders' }, ORDERS, []],
    ['a different audience', { scope: 'read', audience: 'other' }, ORDERS, WRONG_AUDIENCE],
    ['all scopes', { scope: 'read write', audience: undefined }, { scope: 'write read' }, []],
    ['one of two scopes', { scope: 'read write', audience: undefined }, ORDERS, WRONG_SCOPE],
    ['any scope if none is configured', { scope: undefined, audience: 'orders' }, ORDERS, []],
    [
      'a different audience if no scope is configured',
      { scope: undefined, audience: 'orders' },
      { aud: 'other', scope: 'read' },
      WRONG_AUDIENCE,
    ],
  ])('compares a token that has %s', (_case, expected, token, warnings) => {
    expect(warningsFor([token], expected)).toStrictEqual(warnings)
  })

  it('checks only the first token', () => {
    const bad = { aud: 'other' }

    expect(warningsFor([bad, bad])).toHaveLength(1)
    expect(warningsFor(['opaque', bad])).toHaveLength(0)
  })
})
