/** Changes while the function runs. `keycloak.interop.ts` imports it at its end. */
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { byExchange, configFor, twoBackEnds, type Authorizer, type Decision } from './harness.ts'
import {
  deploy,
  deployWarm,
  harness,
  INTROSPECTING,
  realms,
  requestPartnerToken,
  requestUserTokens,
  VALIDATIONS,
  WITH_KEYS,
  withChangedSignature,
  type Authorizers,
} from './keycloak-harness.ts'
import { apiScope } from './keycloak/realms.ts'

describe('a client secret that is rotated while the function runs', () => {
  it.each(INTROSPECTING)('is read again at the next introspection, with %s', async (validation) => {
    const authorizer = deploy(validation)
    const token = await requestPartnerToken(apiScope)
    expect(await authorizer.decide(token)).toMatchObject({ outcome: 'permit' })
    await harness.rotateSecret('introspector')
    expect(await authorizer.decide(token)).toMatchObject({ outcome: 'permit' })
  })

  it('is read again for the next token with client credentials', async () => {
    const authorizer = harness.deploy(twoBackEnds(realms))
    const token = await requestPartnerToken(apiScope)
    const first = await authorizer.decide(token)
    expect(first).toMatchObject({ outcome: 'permit' })

    await harness.rotateSecret('oicInvoker')

    const second = await authorizer.decide(token, { backend: 'second' })
    expect([second.outcome, second.reason]).toEqual(['permit', 'permitted'])
    expect(second.backEndToken).not.toBe(first.backEndToken)
    expect(await harness.callIntegration(second.backEndToken)).toBe(200)
  })

  it('is read again for the next token exchange', async () => {
    const authorizer = harness.deploy({ ...configFor('jwt', realms), ...byExchange(realms) })
    const { accessToken } = await requestUserTokens()
    expect(await authorizer.decide(accessToken)).toMatchObject({ outcome: 'permit' })
    await harness.rotateSecret('exchanger')
    const partnerToken = await requestPartnerToken(apiScope)
    const { outcome, reason, backEndToken } = await authorizer.decide(partnerToken)
    expect([outcome, reason]).toEqual(['permit', 'permitted'])
    expect(decodeJwt(backEndToken.replace('Bearer ', '')).sub).toBe(decodeJwt(partnerToken).sub)
  })
})

describe('a new signing key', () => {
  let warm: Authorizers
  let formerToken: string
  let token: string
  let removeFormerKeys: () => Promise<void>

  beforeAll(async () => {
    formerToken = await requestPartnerToken(apiScope)
    warm = await deployWarm(formerToken)
    ;({ removeFormerKeys } = await harness.admin.rotateSigningKey(realms.callers.name))
    token = await requestPartnerToken(apiScope)
  })

  it('signs the tokens from then on', () => {
    expect(decodeProtectedHeader(token).kid).not.toBe(decodeProtectedHeader(formerToken).kid)
  })

  it.each(VALIDATIONS)('is used by a warm function, with validation=%s', async (validation) => {
    expect(await firstPermit(warm[validation], token)).toMatchObject({ outcome: 'permit' })
  })

  it.each(VALIDATIONS)('does not invalidate former tokens, with %s', async (validation) => {
    expect((await warm[validation].decide(formerToken)).outcome).toBe('permit')
  })

  it('invalidates tokens of the former key after its removal', async () => {
    await removeFormerKeys()
    for (const validation of VALIDATIONS) {
      const cold = deploy(validation)
      expect((await cold.decide(formerToken)).outcome).toBe('deny')
      expect((await cold.decide(token)).outcome).toBe('permit')
    }
  })
})

// Last, because nothing starts Keycloak again.
describe('after Keycloak has stopped', () => {
  let warm: Authorizers
  let token: string

  beforeAll(async () => {
    token = await requestPartnerToken(apiScope)
    warm = await deployWarm(token)
    await harness.keycloak.stop()
  })

  it.each(INTROSPECTING)('introspection causes a fault, with %s', async (validation) => {
    expect(await warm[validation].decide(token)).toMatchObject({
      outcome: 'fault',
      reason: 'introspection_unavailable',
    })
  })

  it('a JWT is validated with the cached keys', async () => {
    const decision = await warm.jwt.decide(token)
    expect(decision).toMatchObject({ outcome: 'permit' })
    expect(await harness.callIntegration(decision.backEndToken)).toBe(200)
  })

  // A denial or a fault: the issuer may have published a matching key.
  it.each(WITH_KEYS)('a changed signature is not permitted, with %s', async (validation) => {
    const { outcome } = await warm[validation].decide(withChangedSignature(token))
    expect(outcome).not.toBe('permit')
  })

  it('a function without cached keys returns a fault', async () => {
    const { outcome, reason } = await deploy('jwt').decide(token)
    expect(outcome).toBe('fault')
    // Because of the keys, not because of the configuration or the backend token.
    expect(['config_invalid', 'token_endpoint_unavailable']).not.toContain(reason)
  })
})

/** The function requests keys at most once per cooldown. */
async function firstPermit(authorizer: Authorizer, token: string): Promise<Decision> {
  const giveUp = performance.now() + 45_000
  for (;;) {
    const decision = await authorizer.decide(token)
    if (decision.outcome === 'permit' || performance.now() > giveUp) return decision
    await delay(250)
  }
}
