import { describe, expect, it } from '@jest/globals'
import { denial } from '../../../src/decision.ts'
import { DENIAL_REASONS, type DenialReason } from '../../../src/reasons.ts'
import { bearerChallenge } from '../../../src/gateway/challenge.ts'

const reasons = Object.keys(DENIAL_REASONS) as DenialReason[]
function reasonsOf(challenge: string): DenialReason[] {
  return reasons.filter((reason) => DENIAL_REASONS[reason].challenge === challenge)
}

/** RFC 9110 §11.2: the parameters of a challenge that has quoted strings alone. */
function parametersOf(challenge: string): Record<string, string> {
  const [, list] = /^Bearer (\w+="[^"\\]*"(?:, \w+="[^"\\]*")*)$/.exec(challenge) ?? []
  const pairs = [...(list ?? '').matchAll(/(\w+)="([^"]*)"/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

describe('the challenge', () => {
  it.each([
    ['no token came', 'token_missing'],
    ['the credentials are of another scheme', 'scheme_unsupported'],
  ] as const)('RFC 6750 §3.1: is bare when %s', (_case, reason) => {
    expect(bearerChallenge(denial(reason))).toBe('Bearer realm="oic-gateway-authorizer"')
  })

  it.each(['invalid_request', 'invalid_token'])(
    'RFC 6750 §3.1: is %s, the same for each reason of that kind',
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

  it('#8: RFC 6750 §3.1: names the scopes that are needed with insufficient_scope', () => {
    const refusal = { ...denial('scope_insufficient'), requiredScopes: ['orders.read', 'a:b/c'] }

    expect(parametersOf(bearerChallenge(refusal))).toStrictEqual({
      realm: 'oic-gateway-authorizer',
      error: 'insufficient_scope',
      error_description: expect.stringMatching(/^The /) as unknown,
      scope: 'orders.read a:b/c',
    })
  })

  it.each(reasons)('#9, #10: RFC 6750 §3: has only printable ASCII: %s', (reason) => {
    const refusal = { ...denial(reason), requiredScopes: ['a'] }

    expect(bearerChallenge(refusal)).toMatch(/^[\x20-\x7E]+$/)
    expect(parametersOf(bearerChallenge(refusal))).toHaveProperty('realm')
  })

  it('names no scopes but with insufficient_scope', () => {
    const refusal = { ...denial('token_expired'), requiredScopes: ['orders.read'] }

    expect(bearerChallenge(refusal)).not.toContain('scope=')
  })

  it('#9: reveals no logContext', () => {
    const logContext = { clientId: 'client-1', issuer: 'default', detail: 'word' }

    expect(bearerChallenge(denial('audience_mismatch', logContext))).toBe(
      bearerChallenge(denial('audience_mismatch')),
    )
  })
})
