/** What a permit says of the caller whose JWT was accepted. */
import { describe, expect, it } from '@jest/globals'
import { secondsFromNow } from './support/callers-tokens.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'

const issuer = createSigner()
const keys = await startTestServer(() => ({ body: { keys: [issuer.jwk] } }))
const world = await startTestWorld(jwtByKeysOf(keys))

describe('a JWT', () => {
  it('is permitted with the issuer’s signature, and identifies the caller', async () => {
    const { verdict, answer } = await world.decide(issuer.token())

    expect(verdict).toBe('permit permitted')
    expect(answer).toMatchObject({
      active: true,
      principal: 'alice',
      clientId: 'partner-a',
      scope: ['echo', 'orders'],
    })
    expect(world.introspection.requests).toHaveLength(0)
  })

  it('that expired within the tolerance has a permit that expires later', async () => {
    const { answer } = await world.decide(issuer.token({ exp: secondsFromNow(-20) }))

    expect(Date.parse(String(answer?.['expiresAt']))).toBeGreaterThan(Date.now())
  })

  it('puts only valid header values into the answer', async () => {
    const { answer } = await world.decide(
      issuer.token({ sub: 'a\r\nX: 1', client_id: 'c\ud800', scp: ['ok', 'a\0b'] }),
    )

    expect(answer).toMatchObject({ principal: 'unknown', clientId: 'unknown' })
    expect(answer?.['scope']).not.toContain('a\0b')
  })

  it('#31: gains no scope from a prototype name', async () => {
    const token = issuer.token({ scope: undefined, ['__proto__']: { scope: 'admin' } })

    expect((await world.decide(token)).answer).toMatchObject({ scope: [] })
  })
})
