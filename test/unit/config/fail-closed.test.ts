import { describe, expect, it } from '@jest/globals'
import {
  CLIENT,
  documentOf,
  ISSUER,
  keysWithProblems,
  withBackend,
  withIssuer,
} from '../support/documents.ts'
import { whilePolluted } from '../support/pollution.ts'

function withCondition(when: unknown) {
  return { ...withBackend({ when }), unmatched: 'refuse' }
}

describe('a document', () => {
  it.each([[{}], [[]]])('is rejected with an empty condition on arguments: %j', (condition) => {
    expect(keysWithProblems(withCondition({ arguments: condition }))).toStrictEqual([
      'authorizer_config: backends.0.when.arguments',
    ])
  })

  it('is accepted with a condition on an argument', () => {
    expect(keysWithProblems(withCondition({ arguments: { host: 'a' } }))).toStrictEqual([])
  })

  it.each([[{}], [[]]])('is rejected with empty required claims: %j', (claims) => {
    expect(keysWithProblems(withIssuer({ required_claims: claims }))).toStrictEqual([
      'authorizer_config: issuers.0.required_claims',
    ])
  })

  it('is rejected with an empty list of clients, which could mean all or none', () => {
    expect(keysWithProblems(withIssuer({ allowed_clients: [] }))).toStrictEqual([
      'authorizer_config: issuers.0.allowed_clients',
    ])
  })

  it('is rejected if no token endpoint can be derived for protected keys', () => {
    const provider = { preset: 'oidc', issuer: 'https://idp.example' }
    const { name, audience } = ISSUER
    const issuer = { name, audience, provider, jwks_access: 'client_credentials', client: CLIENT }

    expect(keysWithProblems(documentOf({ issuers: [issuer] }))).toStrictEqual([
      'authorizer_config: issuers.0.jwks_uri',
    ])
  })

  it.each([true, false])(
    'takes no member from a polluted prototype (enumerable: %s)',
    async (enumerable) => {
      const define = (): readonly string[] => {
        if (!enumerable) Object.defineProperty(Object.prototype, 'audience', { enumerable })
        return keysWithProblems(withIssuer({ audience: undefined }))
      }

      const keys = await whilePolluted({ audience: 'any', validation: 'jwt' }, define)

      expect(keys).toContain('authorizer_config: issuers.0.audience')
    },
  )
})
