import { describe, expect, it } from '@jest/globals'
import { readDocument } from '../../../src/config/read-document.ts'
import { BACKEND, CLIENT, documentOf, ISSUER, withIssuer } from '../support/documents.ts'
import { whilePolluted } from '../support/pollution.ts'

const KEY = 'authorizer_config'

function keysOf(document: unknown): readonly string[] {
  const config = readDocument(JSON.stringify(document), KEY)
  return config.ok ? [] : config.error.map(({ key }) => key)
}

function withCondition(when: unknown) {
  return documentOf({ backends: [{ ...BACKEND, when }], unmatched: 'refuse' })
}

describe('a document', () => {
  it.each([[{}], [[]]])('is rejected with an empty condition on arguments: %j', (condition) => {
    expect(keysOf(withCondition({ arguments: condition }))).toStrictEqual([
      `${KEY}: backends.0.when.arguments`,
    ])
  })

  it('is accepted with a condition on an argument', () => {
    expect(keysOf(withCondition({ arguments: { host: 'a' } }))).toStrictEqual([])
  })

  it.each([[{}], [[]]])('is rejected with empty required claims: %j', (claims) => {
    expect(keysOf(withIssuer({ required_claims: claims }))).toStrictEqual([
      `${KEY}: issuers.0.required_claims`,
    ])
  })

  it('is rejected with an empty list of clients, which could mean all or none', () => {
    expect(keysOf(withIssuer({ allowed_clients: [] }))).toStrictEqual([
      `${KEY}: issuers.0.allowed_clients`,
    ])
  })

  it('is rejected if no token endpoint can be derived for protected keys', () => {
    const provider = { preset: 'oidc', issuer: 'https://idp.example' }
    const { name, audience } = ISSUER
    const issuer = { name, audience, provider, jwks_access: 'client_credentials', client: CLIENT }

    expect(keysOf(documentOf({ issuers: [issuer] }))).toStrictEqual([`${KEY}: issuers.0.jwks_uri`])
  })

  it.each([true, false])(
    'takes no member from a polluted prototype (enumerable: %s)',
    async (enumerable) => {
      const withoutAudience = { ...ISSUER, audience: undefined }
      const define = (): readonly string[] => {
        if (!enumerable) Object.defineProperty(Object.prototype, 'audience', { enumerable })
        return keysOf(documentOf({ issuers: [withoutAudience] }))
      }

      const keys = await whilePolluted({ audience: 'any', validation: 'jwt' }, define)

      expect(keys).toContain(`${KEY}: issuers.0.audience`)
    },
  )
})
