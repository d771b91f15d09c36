/** The built function with a real Keycloak as the callers' identity provider and as OIC's. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { anotherApiScope, apiScope, oicScope } from './keycloak/cast.ts'
import {
  deploy,
  requestPartnerToken,
  requestUserTokens,
  validations,
  withAnotherSignature,
  harness,
} from './keycloak-harness.ts'
import {
  byExchange,
  byPrivateKey,
  configFor,
  wrongIntrospectionSecret,
  type Authorizer,
} from './harness.ts'

describe.each(validations)('validation=%s', (validation) => {
  let authorizer: Authorizer

  beforeAll(() => {
    authorizer = deploy(validation)
  })

  /** With keys alone a revoked token is valid until its `exp`. */
  const afterRevocation = validation === 'jwt' ? 'permit' : 'deny'

  it('permits a client, and OIC accepts the token it gets instead', async () => {
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
    expect(answer).toMatchObject({ principal: harness.cast.alice.id, clientId: 'portal' })
  })

  it('denies a token with the audience `account` alone, which is Keycloak’s default', async () => {
    const token = await requestPartnerToken()

    expect(decodeJwt(token).aud).toBe('account')
    expect((await authorizer.decide(token)).outcome).toBe('deny')
  })

  it('denies a token for another API that our client may introspect', async () => {
    const decision = await authorizer.decide(await requestPartnerToken(anotherApiScope))

    expect(decision).toMatchObject({ outcome: 'deny', reason: 'audience_mismatch' })
  })

  it('denies an ID token with our audience, which Keycloak introspects as active', async () => {
    const { idToken } = await requestUserTokens()

    expect(await authorizer.decide(idToken)).toMatchObject({
      outcome: 'deny',
      reason: 'token_type_wrong',
    })
  })

  it('denies a refresh token', async () => {
    const { refreshToken } = await requestUserTokens()

    expect((await authorizer.decide(refreshToken)).outcome).toBe('deny')
  })

  it('denies a token of another realm', async () => {
    const { oic, oicInvoker } = harness.cast
    const token = await oic.requestClientToken(oicInvoker, oicScope)

    expect((await authorizer.decide(token)).outcome).toBe('deny')
  })

  it('denies a token whose signature was changed', async () => {
    const token = await requestPartnerToken(apiScope)

    expect((await authorizer.decide(withAnotherSignature(token))).outcome).toBe('deny')
  })

  it(`decides ${afterRevocation} for a token that its client has revoked`, async () => {
    const token = await requestPartnerToken(apiScope)
    expect((await authorizer.decide(token)).outcome).toBe('permit')

    await harness.cast.callers.revoke(harness.cast.partner, token)

    expect((await authorizer.decide(token)).outcome).toBe(afterRevocation)
  })

  it(`decides ${afterRevocation} for a user whom an administrator has signed out`, async () => {
    const { accessToken } = await requestUserTokens()
    expect((await authorizer.decide(accessToken)).outcome).toBe('permit')

    await harness.admin.signOut(harness.cast.callers.name, harness.cast.alice.id)

    expect((await authorizer.decide(accessToken)).outcome).toBe(afterRevocation)
  })
})

describe('the backend token', () => {
  it('is requested with private_key_jwt (RFC 7523 §2.2), and OIC accepts it', async () => {
    const config = { ...configFor('jwt', harness.cast), ...byPrivateKey(harness.cast) }
    const { outcome, reason, backEndToken } = await harness
      .deploy(config)
      .decide(await requestPartnerToken(apiScope))

    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    expect(await harness.callIntegration(backEndToken)).toBe(200)
  })

  it('is exchanged (RFC 8693): a new token of the same user, for our client', async () => {
    const config = { ...configFor('jwt', harness.cast), ...byExchange(harness.cast) }
    const { accessToken } = await requestUserTokens()
    const authorizer = harness.deploy(config)
    const { outcome, reason, backEndToken } = await authorizer.decide(accessToken)

    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    const exchanged = backEndToken.replace('Bearer ', '')
    expect(exchanged).not.toBe(accessToken)
    expect(decodeJwt(exchanged)).toMatchObject({
      sub: harness.cast.alice.id,
      azp: harness.cast.exchanger.clientId,
    })
    expect((await authorizer.decide(accessToken)).backEndToken).toBe(backEndToken)
  })
})

describe('a wrong secret for the introspection', () => {
  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'is a fault and never a denial, with validation=%s',
    async (validation) => {
      const config = { ...configFor(validation, harness.cast), ...wrongIntrospectionSecret }
      const decision = await harness.deploy(config).decide(await requestPartnerToken(apiScope))

      expect(decision).toMatchObject({ outcome: 'fault', reason: 'introspection_refused' })
    },
  )
})

// At the same Keycloak, which does not come back after these.
await import('./keycloak-changes.ts')
