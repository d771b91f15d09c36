/** The permit for a valid JWT. */
import { describe, expect, it } from '@jest/globals'
import { jwtByKeysOf } from './support/configurations.ts'
import { PERMIT } from './support/harness.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { createSigner, secondsFromNow } from './support/tokens.ts'

const issuer = createSigner()
const keys = await startKeyServer(issuer)
const harness = await startTestHarness(jwtByKeysOf(keys))

describe('the permit for a JWT', () => {
  it('identifies the caller, without introspection', async () => {
    const { verdict, answer } = await harness.decide(issuer.token())

    expect(verdict).toBe(PERMIT)
    expect(answer).toMatchObject({
      active: true,
      principal: 'alice',
      clientId: 'partner-a',
      scope: ['echo', 'orders'],
    })
    expect(harness.introspection.requests).toHaveLength(0)
  })

  it('expires in the future if the token expired within the tolerance', async () => {
    const { answer } = await harness.decide(issuer.token({ exp: secondsFromNow(-20) }))
    expect(Date.parse(String(answer?.['expiresAt']))).toBeGreaterThan(Date.now())
  })

  it('contains only valid header values', async () => {
    const token = issuer.token({ sub: 'a\r\nX: 1', client_id: 'c\ud800', scp: ['ok', 'a\0b'] })
    const { answer } = await harness.decide(token)
    expect(answer).toMatchObject({ principal: 'unknown', clientId: 'unknown' })
    expect(answer?.['scope']).not.toContain('a\0b')
  })

  it('#31: has no scope from a prototype name', async () => {
    const token = issuer.token({ scope: undefined, ['__proto__']: { scope: 'admin' } })
    expect((await harness.decide(token)).answer).toMatchObject({ scope: [] })
  })
})
