import { beforeEach, describe, expect, it } from '@jest/globals'
import { PERMIT } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'

const JSON_TYPES = ['application/json;charset=UTF-8', 'Application/JSON']
const ERROR_CODES = ['invalid_scope', 'unauthorized_client', 'invalid_request']

const harness = await startTestHarness()

// A cold start each time: after several failures, the function does not call the token endpoint.
beforeEach(() => harness.start())

describe.each([
  ['introspection', /^fault introspection_(unavailable|unusable)$/],
  ['tokenEndpoint', /^fault (token_endpoint_unavailable|credential_unusable)$/],
] as const)('#37, #39: the %s', (name, reason) => {
  it('is used by the same process after an outage', async () => {
    harness[name].replyWith({ status: 503 })
    expect(await harness.verdict()).toMatch(reason)
    const instancesBefore = harness.function.instances.length
    harness[name].reset()
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.function.instances).toHaveLength(instancesBefore)
  })

  it('causes a fault if it does not support TLS', async () => {
    const key = name === 'introspection' ? 'idcs_introspection_endpoint' : 'back_end_token_endpoint'
    await harness.start({ [key]: harness[name].url.replace('http:', 'https:') })
    expect(await harness.verdict()).toMatch(reason)
  })

  it.each(JSON_TYPES)('may respond with the media type %s', async (type) => {
    const body = name === 'introspection' ? harness.activeAnswer() : harness.tokenAnswer()
    harness[name].replyWith({ body, headers: { 'content-type': type } })
    expect(await harness.verdict()).toBe(PERMIT)
  })
})

describe('#45 to #47: an unusable token response', () => {
  it.each([
    ['no token', { access_token: undefined }],
    ['an empty token', { access_token: '' }],
    ['a number as the token', { access_token: 42 }],
    ['a line break in the token', { access_token: 'back-end\r\nX-Injected: 1' }],
    ['a line break after the token', { access_token: 'back-end\n' }],
    ['a blank in the token', { access_token: 'back end' }],
    ['a non-ASCII letter in the token', { access_token: 'back-end-é' }],
    ['no token type', { token_type: undefined }],
    ['another token type', { token_type: 'DPoP' }],
    ['the token type N_A (RFC 8693)', { token_type: 'N_A' }],
    ['a lifetime of 0', { expires_in: 0 }],
    ['a negative lifetime', { expires_in: -3600 }],
    ['a word as the lifetime', { expires_in: 'long' }],
    ['true as the lifetime', { expires_in: true }],
    ['an object as the lifetime', { expires_in: { seconds: 3600 } }],
  ])('causes a fault: %s', async (_case, members) => {
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer(members) })
    expect(await harness.detailedVerdict()).toMatch(/^fault credential_unusable [a-z_]+$/)
  })

  it.each(ERROR_CODES)('causes a fault and logs the error code %s', async (error) => {
    const body = { error, error_description: harness.registerSecret('a text of the server') }
    harness.tokenEndpoint.replyWith({ status: 400, body })
    expect(await harness.detailedVerdict()).toBe(`fault credential_refused ${error}`)
    expect(harness.tokenEndpoint.requests).toHaveLength(1)
  })
})
