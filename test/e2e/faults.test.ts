import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Reply } from './support/scripted-server.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

type Endpoint = 'introspection' | 'tokenEndpoint'

function type(mediaType: string | undefined) {
  return { 'content-type': mediaType }
}
function zipped(body: unknown): Reply {
  return {
    body: gzipSync(JSON.stringify(body)),
    headers: { 'content-encoding': 'gzip' },
  }
}

function goodAnswer(endpoint: Endpoint): Record<string, unknown> {
  return endpoint === 'introspection' ? world.activeAnswer() : world.tokenAnswer()
}

describe.each([
  ['introspection', /^fault introspection_(unavailable|unusable)$/],
  ['tokenEndpoint', /^fault (token_endpoint_unavailable|credential_unusable)$/],
] as const)('#37, #39: the %s', (name, reason) => {
  // Cold each time: after some failures in a row, the token endpoint is left alone for a while.
  beforeEach(() => world.start())

  it('recovers: the next call is permitted by the same process', async () => {
    world[name].replyWith({ status: 503 })
    expect((await world.decide()).verdict).toMatch(reason)
    const instancesBefore = world.function.instances.length
    world[name].reset()
    expect((await world.decide()).verdict).toBe('permit permitted')
    expect(world.function.instances).toHaveLength(instancesBefore)
  })

  it('does not speak TLS: a fault', async () => {
    const key = name === 'introspection' ? 'idcs_introspection_endpoint' : 'back_end_token_endpoint'
    await world.start({ [key]: world[name].url.replace('http:', 'https:') })
    expect((await world.decide()).verdict).toMatch(reason)
  })

  it.each([
    ['JSON with no media type', (body: unknown) => ({ body, headers: type(undefined) })],
    [
      'JSON with a parameter of the media type',
      (body: unknown) => ({ body, headers: type('application/json;charset=UTF-8') }),
    ],
    [
      'JSON with the media type in capitals',
      (body: unknown) => ({ body, headers: type('Application/JSON') }),
    ],
    ['gzip', zipped],
  ] as const)('may answer %s', async (_case, toReply) => {
    await world.start()
    world[name].replyWith(toReply(goodAnswer(name)))
    expect((await world.decide()).verdict).toBe('permit permitted')
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
    const { verdict, line } = await world.decide()
    expect(verdict).toBe('fault credential_unusable')
    expect(line['detail']).toMatch(/^[a-z_]+$/)
  })

  it.each(['invalid_scope', 'unauthorized_client', 'invalid_request'])(
    'is a fault with the error code in its log line: %s',
    async (error) => {
      const body = { error, error_description: world.keepSecret('an explanation of the server') }
      world.tokenEndpoint.replyWith({ status: 400, body })
      const { verdict, line } = await world.decide()
      expect([verdict, line['detail']]).toEqual(['fault credential_refused', error])
      expect(world.tokenEndpoint.requests).toHaveLength(1)
    },
  )
})
