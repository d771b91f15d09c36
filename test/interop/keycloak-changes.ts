/** What changes while the function runs: `keycloak.interop.ts` imports it at its end. */
import { beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { apiScope } from './keycloak/cast.ts'
import {
  deploy,
  requestPartnerToken,
  requestUserTokens,
  startedWith,
  validations,
  withAnotherSignature,
  harness,
  type Authorizers,
} from './keycloak-harness.ts'
import { byExchange, configFor, twoBackEnds, type Authorizer, type Decision } from './harness.ts'

describe('a client secret that is rotated while the function runs', () => {
  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'is read again at the next introspection, with validation=%s',
    async (validation) => {
      const authorizer = deploy(validation)
      const token = await requestPartnerToken(apiScope)
      expect(await authorizer.decide(token)).toMatchObject({ outcome: 'permit' })

      await harness.rotateSecret('introspector')

      expect(await authorizer.decide(token)).toMatchObject({ outcome: 'permit' })
    },
  )

  it('is read again for the next token by client credentials', async () => {
    const authorizer = harness.deploy(twoBackEnds(harness.cast))
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
    const authorizer = harness.deploy({ ...configFor('jwt', harness.cast), ...byExchange(harness.cast) })
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
  let running: Authorizers
  let formerToken: string
  let token: string
  let removeFormerKeys: () => Promise<void>

  beforeAll(async () => {
    formerToken = await requestPartnerToken(apiScope)
    running = await startedWith(formerToken)
    ;({ removeFormerKeys } = await harness.admin.rotateSigningKey(harness.cast.callers.name))
    token = await requestPartnerToken(apiScope)
  })

  it('signs the tokens from then on', () => {
    expect(keyId(token)).not.toBe(keyId(formerToken))
  })

  it.each(validations)('is used by a running function, with validation=%s', async (validation) => {
    expect(await firstPermit(running[validation], token)).toMatchObject({ outcome: 'permit' })
  })

  it.each(validations)(
    'leaves tokens of the former key valid, with validation=%s',
    async (validation) => {
      expect((await running[validation].decide(formerToken)).outcome).toBe('permit')
    },
  )

  it('makes tokens of the former key invalid once that is removed', async () => {
    await removeFormerKeys()
    for (const validation of validations) {
      const restarted = deploy(validation)
      expect((await restarted.decide(formerToken)).outcome).toBe('deny')
      expect((await restarted.decide(token)).outcome).toBe('permit')
    }
  })
})

// Last, because Keycloak does not come back.
describe('when Keycloak has stopped', () => {
  let running: Authorizers
  let token: string

  beforeAll(async () => {
    token = await requestPartnerToken(apiScope)
    running = await startedWith(token)
    await harness.keycloak.stop()
  })

  it.each(['introspection', 'jwt_and_introspection'] as const)(
    'a token that has to be introspected is a fault, with validation=%s',
    async (validation) => {
      expect(await running[validation].decide(token)).toMatchObject({
        outcome: 'fault',
        reason: 'introspection_unavailable',
      })
    },
  )

  it('JWTs are validated with the cached keys', async () => {
    const decision = await running.jwt.decide(token)

    expect(decision).toMatchObject({ outcome: 'permit' })
    expect(await harness.callIntegration(decision.backEndToken)).toBe(200)
  })

  // A denial or a fault: a matching key may have been published since the last fetch.
  it.each(['jwt', 'jwt_and_introspection'] as const)(
    'a changed signature does not pass, with validation=%s',
    async (validation) => {
      const { outcome } = await running[validation].decide(withAnotherSignature(token))
      expect(outcome).not.toBe('permit')
    },
  )

  it('a function without keys answers with a fault', async () => {
    const { outcome, reason } = await deploy('jwt').decide(token)

    expect(outcome).toBe('fault')
    // Because of the keys, before any request for OIC's token.
    expect(['config_invalid', 'token_endpoint_unavailable']).not.toContain(reason)
  })
})

function keyId(token: string) {
  return decodeProtectedHeader(token).kid
}

/** Keys are fetched at most once per cooldown, so it can take that long. */
async function firstPermit(authorizer: Authorizer, token: string): Promise<Decision> {
  const giveUp = performance.now() + 45_000
  for (;;) {
    const decision = await authorizer.decide(token)
    if (decision.outcome === 'permit' || performance.now() > giveUp) return decision
    await delay(250)
  }
}
