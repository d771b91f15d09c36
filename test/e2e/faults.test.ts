import { beforeEach, describe, expect, it } from '@jest/globals'
import { startTestWorld } from './support/test-world.ts'

const world = await startTestWorld()

describe.each([
  ['introspection', /^fault introspection_(unavailable|unusable)$/],
  ['tokenEndpoint', /^fault (token_endpoint_unavailable|credential_unusable)$/],
] as const)('#37, #39: the %s', (name, reason) => {
  // Cold each time: after some failures in a row, the token endpoint is left alone for a while.
  beforeEach(() => world.start())

  it('recovers: the next call is permitted by the same process', async () => {
    world[name].replyWith({ status: 503 })
    expect(await world.verdict()).toMatch(reason)
    const instancesBefore = world.function.instances.length
    world[name].reset()
    expect(await world.verdict()).toBe('permit permitted')
    expect(world.function.instances).toHaveLength(instancesBefore)
  })

  it('does not speak TLS: a fault', async () => {
    const key = name === 'introspection' ? 'idcs_introspection_endpoint' : 'back_end_token_endpoint'
    await world.start({ [key]: world[name].url.replace('http:', 'https:') })
    expect(await world.verdict()).toMatch(reason)
  })

  it.each([
    ['a parameter of the media type', 'application/json;charset=UTF-8'],
    ['the media type in capitals', 'Application/JSON'],
  ])('may answer JSON with %s', async (_case, type) => {
    const body = name === 'introspection' ? world.activeAnswer() : world.tokenAnswer()
    world[name].replyWith({ body, headers: { 'content-type': type } })
    expect(await world.verdict()).toBe('permit permitted')
  })
})

describe('#45 to #47: a token response without a usable token', () => {
  beforeEach(() => world.start())

  it.each([
    ['no token', { access_token: undefined }],
    ['an empty token', { access_token: '' }],
    ['a number for a token', { access_token: 42 }],
    ['a line break in the token', { access_token: 'back-end\r\nX-Injected: 1' }],
    ['a line break behind the token', { access_token: 'back-end\n' }],
    ['a blank in the token', { access_token: 'back end' }],
    ['a letter beyond ASCII in the token', { access_token: 'back-end-é' }],
    ['no token type', { token_type: undefined }],
    ['another token type', { token_type: 'DPoP' }],
    ['the token type of RFC 8693 for none', { token_type: 'N_A' }],
    ['a lifetime of nothing', { expires_in: 0 }],
    ['a lifetime in the past', { expires_in: -3600 }],
    ['a lifetime in words', { expires_in: 'long' }],
    ['a lifetime of true', { expires_in: true }],
    ['a lifetime in an object', { expires_in: { seconds: 3600 } }],
  ])('is a fault: %s', async (_case, members) => {
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer(members) })
    const { detailedVerdict } = await world.decide()
    expect(detailedVerdict).toMatch(/^fault credential_unusable [a-z_]+$/)
  })

  it.each(['invalid_scope', 'unauthorized_client', 'invalid_request'])(
    'is a fault with the error code in its log line: %s',
    async (error) => {
      const body = { error, error_description: world.keepSecret('an explanation of the server') }
      world.tokenEndpoint.replyWith({ status: 400, body })
      expect((await world.decide()).detailedVerdict).toBe(`fault credential_refused ${error}`)
      expect(world.tokenEndpoint.requests).toHaveLength(1)
    },
  )
})
