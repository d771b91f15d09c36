import { describe, expect, it } from '@jest/globals'
import { denial } from '../../../src/decision.ts'
import { DENIAL_REASONS, type DenialReason } from '../../../src/reasons.ts'
import { bearerChallenge } from '../../../src/gateway/challenge.ts'

const reasons = Object.keys(DENIAL_REASONS) as DenialReason[]
function reasonsOf(challenge: string): DenialReason[] {
  return reasons.filter((reason) => DENIAL_REASONS[reason].challenge === challenge)
}

/** RFC 9110 §11.2: the parameters of a challenge with quoted strings only. */
function parametersOf(challenge: string): Record<string, string> {
  const [, list] = /^Bearer (\w+="[^"\\]*"(?:, \w+="[^"\\]*")*)$/.exec(challenge) ?? []
  const pairs = [...(list ?? '').matchAll(/(\w+)="([^"]*)"/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

describe('bearerChallenge', () => {
  it.each([
    ['the token is missing', 'token_missing'],
    ['the scheme is not Bearer', 'scheme_unsupported'],
  ] as const)('RFC 6750 §3.1: has only a realm if %s', (_case, reason) => {
    expect(bearerChallenge(denial(reason))).toBe('Bearer realm="oic-gateway-authorizer"')
  })

  it.each(['invalid_request', 'invalid_token'])(
    'RFC 6750 §3.1: is the same for all reasons with the error %s',
    (error) => {
      const challenges = reasonsOf(error).map((reason) => bearerChallenge(denial(reason)))

      expect(challenges.length).toBeGreaterThan(1)
      expect(new Set(challenges).size).toBe(1)
      expect(parametersOf(challenges[0] ?? '')).toStrictEqual({
        realm: 'oic-gateway-authorizer',
        error,
        error_description: expect.stringMatching(/^The /) as unknown,
      })
    },
  )

  it('#8: RFC 6750 §3.1: has the required scopes with insufficient_scope', () => {
    const decision = { ...denial('scope_insufficient'), requiredScopes: ['orders.read', 'a:b/c'] }

    expect(parametersOf(bearerChallenge(decision))).toStrictEqual({
      realm: 'oic-gateway-authorizer',
      error: 'insufficient_scope',
      error_description: expect.stringMatching(/^The /) as unknown,
      scope: 'orders.read a:b/c',
    })
  })

  it.each(reasons)('#9, #10: RFC 6750 §3: has only printable ASCII: %s', (reason) => {
    const decision = { ...denial(reason), requiredScopes: ['a'] }

    expect(bearerChallenge(decision)).toMatch(/^[\x20-\x7E]+$/)
    expect(parametersOf(bearerChallenge(decision))).toHaveProperty('realm')
  })

  it('has no scopes with other errors', () => {
    const decision = { ...denial('token_expired'), requiredScopes: ['orders.read'] }

    expect(bearerChallenge(decision)).not.toContain('scope=')
  })

  it('#9: does not reveal the log context', () => {
    const logContext = { clientId: 'client-1', issuer: 'default', detail: 'detail' }

    expect(bearerChallenge(denial('audience_mismatch', logContext))).toBe(
      bearerChallenge(denial('audience_mismatch')),
    )
  })
})
