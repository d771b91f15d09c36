import { describe, expect, it } from '@jest/globals'
import { createSigner } from './support/signing.ts'
import { startTestWorld } from './support/test-world.ts'
import { BACK_END_SCOPE, SECRET_OCIDS, type Members } from './support/world.ts'

const world = await startTestWorld()

describe('a JSON secret', () => {
  it('holds client id and secret, so that both are rotated in one step', async () => {
    const secret = world.keepSecret('the-secret-in-the-json')
    const json = JSON.stringify({ client_id: 'successor', client_secret: secret })
    world.vault.addSecret(SECRET_OCIDS.backEnd, json)
    await world.start()
    await world.decide()

    const expected = Buffer.from(`successor:${secret}`).toString('base64')
    expect(world.tokenEndpoint.requests[0]?.headers.authorization).toBe(`Basic ${expected}`)
  })
})

describe('the backend’s token', () => {
  const warningsAfter = async (claims: Members): Promise<unknown[]> => {
    await world.start()
    world.tokenEndpoint.replyWith(() => ({
      body: world.tokenAnswer({ access_token: world.keepSecret(createSigner().token(claims)) }),
    }))
    expect(await world.verdict()).toBe('permit permitted')
    await world.decide()
    return world.logged('warning').map(({ reason, backend }) => [reason, backend])
  }
  const [audience = '', scope = ''] = BACK_END_SCOPE.split(/(?=urn:)/)

  it('that matches the request has no warning', async () => {
    expect(await warningsAfter({ aud: [audience, 'urn:other'], scope })).toEqual([])
  })

  it.each([
    ['another audience', { aud: 'https://other:443', scope }, 'backend_audience_mismatch'],
    ['another scope', { aud: audience, scope: 'urn:other' }, 'backend_scope_mismatch'],
  ])('with %s has one warning and is used', async (_case, claims, reason) => {
    expect(await warningsAfter(claims)).toEqual([[reason, 'default']])
  })
})

describe('a token response', () => {
  it.each(['text/html', 'text/plain', 'application/octet-stream'])(
    'with the media type %s is rejected, with the reason in the log',
    async (type) => {
      await world.start()
      const body = world.tokenAnswer()
      world.tokenEndpoint.replyWith({ headers: { 'content-type': type }, body })

      expect((await world.decide()).detailedVerdict).toBe('fault credential_unusable media_type')
    },
  )
})
