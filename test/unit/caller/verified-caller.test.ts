import { describe, expect, it } from '@jest/globals'
import { toVerifiedCaller } from '../../../src/caller/verified-caller.ts'
import { claimsOf } from '../support/claims.ts'
import { issuerConfig } from '../support/issuers.ts'

describe('the scopes that the gateway gets', () => {
  const map = new Map([
    ['a', ['x', 'y']],
    ['x', ['z']],
  ])

  it.each<readonly [string, ReadonlyMap<string, readonly string[]>, string, string[]]>([
    ['keep their names without a mapping', new Map(), 'a b', ['a', 'b']],
    ['have the names that they are mapped to', map, 'a b', ['x', 'y', 'b']],
    ['do not include a target of a mapping that the token has itself', map, 'y b', ['b']],
    ['include what is mapped, even if it is a target', map, 'x', ['z']],
  ])('%s', (_case, gatewayScopes, scope, expected) => {
    const claims = claimsOf({ scope })
    const caller = (prefix: string) =>
      toVerifiedCaller(
        claims,
        issuerConfig({ gatewayScopes: { prefix, map: gatewayScopes } }),
        'off',
      )

    expect(caller('').scope).toStrictEqual(expected)
    expect(caller('p:').scope).toStrictEqual(expected.map((name) => `p:${name}`))
    expect(caller('p:').tokenScope).toStrictEqual(claims.scope)
  })
})
