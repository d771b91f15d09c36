/** The built function with a real Keycloak as the identity provider of the callers and of OIC. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import {
  byExchange,
  byPrivateKey,
  configFor,
  wrongIntrospectionSecret,
  type Authorizer,
} from './harness.ts'
import {
  deploy,
  harness,
  INTROSPECTING,
  realms,
  requestPartnerToken,
  requestUserTokens,
  VALIDATIONS,
  withChangedSignature,
} from './keycloak-harness.ts'
import { anotherApiScope, apiScope, oicScope } from './keycloak/realms.ts'

describe.each(VALIDATIONS)('validation=%s', (validation) => {
  let authorizer: Authorizer

  beforeAll(() => {
    authorizer = deploy(validation)
  })

  const outcomeFor = async (token: string) => (await authorizer.decide(token)).outcome
  /** Without introspection, a revoked token is valid until it expires. */
  const outcomeAfterRevocation = validation === 'jwt' ? 'permit' : 'deny'

  it('permits a client, with a token that OIC accepts', async () => {
    const token = await requestPartnerToken(apiScope)
    const { sub, exp = 0 } = decodeJwt(token)
    const { outcome, answer, backEndToken } = await authorizer.decide(token)
    expect(outcome).toBe('permit')
    expect(answer).toMatchObject({ principal: sub, clientId: 'partner-a' })
    expect(answer['scope']).toContain(apiScope)
    expect(Date.parse(String(answer['expiresAt'])) / 1000).toBeLessThanOrEqual(exp)
    expect(await harness.callIntegration(backEndToken)).toBe(200)
  })

  it('permits a user, and reads the client from `azp`', async () => {
    const { accessToken } = await requestUserTokens()
    const { outcome, answer } = await authorizer.decide(accessToken)
    expect(outcome).toBe('permit')
    expect(answer).toMatchObject({ principal: realms.alice.id, clientId: 'portal' })
  })

  it('denies a token with only Keycloak’s default audience `account`', async () => {
    const token = await requestPartnerToken()
    expect(decodeJwt(token).aud).toBe('account')
    expect(await outcomeFor(token)).toBe('deny')
  })

  it('denies a token for another API that the function’s client may introspect', async () => {
    const decision = await authorizer.decide(await requestPartnerToken(anotherApiScope))
    expect(decision).toMatchObject({ outcome: 'deny', reason: 'audience_mismatch' })
  })

  it('denies an ID token with the audience of the API, which Keycloak calls active', async () => {
    const decision = await authorizer.decide((await requestUserTokens()).idToken)
    expect(decision).toMatchObject({ outcome: 'deny', reason: 'token_type_wrong' })
  })

  it('denies a refresh token', async () => {
    expect(await outcomeFor((await requestUserTokens()).refreshToken)).toBe('deny')
  })

  it('denies a token of another realm', async () => {
    const token = await realms.oic.requestClientToken(realms.oicInvoker, oicScope)
    expect(await outcomeFor(token)).toBe('deny')
  })

  it('denies a token with a changed signature', async () => {
    const token = await requestPartnerToken(apiScope)
    expect(await outcomeFor(withChangedSignature(token))).toBe('deny')
  })

  it(`returns ${outcomeAfterRevocation} for a token that its client has revoked`, async () => {
    const token = await requestPartnerToken(apiScope)
    expect(await outcomeFor(token)).toBe('permit')
    await realms.callers.revoke(realms.partner, token)
    expect(await outcomeFor(token)).toBe(outcomeAfterRevocation)
  })

  it(`returns ${outcomeAfterRevocation} for a user whom an administrator has signed out`, async () => {
    const { accessToken } = await requestUserTokens()
    expect(await outcomeFor(accessToken)).toBe('permit')
    await harness.admin.signOut(realms.callers.name, realms.alice.id)
    expect(await outcomeFor(accessToken)).toBe(outcomeAfterRevocation)
  })
})

describe('the backend token', () => {
  it('is requested with private_key_jwt (RFC 7523 §2.2), and OIC accepts it', async () => {
    const authorizer = harness.deploy({ ...configFor('jwt', realms), ...byPrivateKey(realms) })
    const token = await requestPartnerToken(apiScope)
    const { outcome, reason, backEndToken } = await authorizer.decide(token)
    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    expect(await harness.callIntegration(backEndToken)).toBe(200)
  })

  it('is exchanged (RFC 8693) for a new token of the same user and the function’s client', async () => {
    const authorizer = harness.deploy({ ...configFor('jwt', realms), ...byExchange(realms) })
    const { accessToken } = await requestUserTokens()
    const { outcome, reason, backEndToken } = await authorizer.decide(accessToken)

    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    const exchanged = backEndToken.replace('Bearer ', '')
    expect(exchanged).not.toBe(accessToken)
    const claims = { sub: realms.alice.id, azp: realms.exchanger.clientId }
    expect(decodeJwt(exchanged)).toMatchObject(claims)
    expect((await authorizer.decide(accessToken)).backEndToken).toBe(backEndToken)
  })
})

describe('a wrong secret for introspection', () => {
  it.each(INTROSPECTING)('causes a fault, not a denial, with %s', async (validation) => {
    const config = { ...configFor(validation, realms), ...wrongIntrospectionSecret }
    const decision = await harness.deploy(config).decide(await requestPartnerToken(apiScope))
    expect(decision).toMatchObject({ outcome: 'fault', reason: 'introspection_refused' })
  })
})

// With the same Keycloak, which these tests stop.
await import('./keycloak-changes.ts')
