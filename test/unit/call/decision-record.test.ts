import { describe, expect, it } from '@jest/globals'
import { decisionRecord } from '../../../src/call/decision-record.ts'
import { denial } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { unsignedJwt } from '../support/tokens.ts'

describe('the client id of an unverified token', () => {
  const JWT = unsignedJwt({ sub: 'jdoe' })

  it.each([
    ['0f0f0f0f-0000-4000-8000-000000000000', '0f0f0f0f-0000-4000-8000-000000000000'],
    [`client ${JWT}`, 'client [JWT]'],
    ['client\u202e\n1', 'client\\u{202e}\\u{a}1'],
  ])('%j is logged escaped and without tokens', (claimedClientId, expected) => {
    const decision = denial('client_not_allowed', { claimedClientId })

    expect(decisionRecord(decision, { callId: 'call-1' }, seconds(0), 'info')).toMatchObject({
      claimed_client_id: expected,
    })
  })
})
