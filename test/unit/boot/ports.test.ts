import { describe, expect, it } from '@jest/globals'
import { createCountedPorts } from '../../../src/boot/ports.ts'
import { readDocument } from '../../../src/config/read-document.ts'
import { success } from '../../../src/platform/result.ts'
import { Tally, type RequestKind } from '../../../src/platform/tally.ts'
import { documentOf } from '../support/documents.ts'
import { answer } from '../support/http-answers.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

const DOCUMENT = readDocument(JSON.stringify(documentOf()), 'authorizer_config')
if (!DOCUMENT.ok) throw new Error('the document is invalid')
const { config } = DOCUMENT.value
const [backend] = config.backends
if (backend === undefined || backend.grant.kind === 'basic') throw new Error('no token endpoint')
const DOMAIN = new URL(backend.grant.tokenEndpoint).origin

describe('the rate limit of the identity domain', () => {
  it.each<readonly [RequestKind, string, number]>([
    ['token', DOMAIN, 1],
    ['introspection', DOMAIN, 1],
    ['keys', DOMAIN, 0],
    ['discovery', DOMAIN, 0],
    ['token', 'https://other.example', 0],
  ])('counts a request for %s to %s: %d', async (kind, origin, expected) => {
    const tally = new Tally()
    const { http } = createCountedPorts(config, {
      http: () => Promise.resolve(success(answer(200, {}))),
      secrets: {
        read: () => Promise.reject(new Error('no secret is needed')),
        readAgain: () => Promise.resolve(undefined),
        acceptPrevious: () => undefined,
      },
      clock: new StandingClock(),
      chance: () => 0,
      warn: () => undefined,
      tally,
    })
    await http(kind)({ method: 'GET', url: `${origin}/path`, headers: {} }, PLENTY_OF_TIME)

    expect(tally.take().rateLimited).toBe(expected)
  })
})
