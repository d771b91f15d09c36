import { describe, expect, it } from '@jest/globals'
import { startTestHarness } from './support/test-harness.ts'
import { BACK_END_SCOPE, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { createSigner, type Members } from './support/tokens.ts'

const harness = await startTestHarness()

describe('a JSON secret', () => {
  it('supplies client ID and secret, so that a rotation changes both in one step', async () => {
    const secret = harness.registerSecret('the-secret-in-the-json')
    const json = JSON.stringify({ client_id: 'successor', client_secret: secret })
    harness.vault.addSecret(SECRET_OCIDS.backEnd, json)
    await harness.start()
    await harness.decide()
    const expected = Buffer.from(`successor:${secret}`).toString('base64')
    const [request] = harness.tokenEndpoint.requests
    expect(request?.headers.authorization).toBe(`Basic ${expected}`)
  })
})

describe('the backend token', () => {
  const [audience = '', scope = ''] = BACK_END_SCOPE.split(/(?=urn:)/)
  const OTHER_AUDIENCE = { aud: 'https://other:443', scope }

  it.each<[string, Members, string[]]>([
    ['no warning if it matches the request', { aud: [audience, 'urn:other'], scope }, []],
    ['one warning about another audience', OTHER_AUDIENCE, ['backend_audience_mismatch']],
    [
      'one warning about another scope',
      { aud: audience, scope: 'urn:other' },
      ['backend_scope_mismatch'],
    ],
  ])('is used, and causes %s', async (_case, claims, reasons) => {
    await harness.start()
    harness.tokenEndpoint.replyWith(() => ({
      body: harness.tokenAnswer({
        access_token: harness.registerSecret(createSigner().token(claims)),
      }),
    }))
    expect(await harness.verdict()).toBe(PERMIT)
    await harness.decide()

    const warnings = harness.logged('warning').map(({ reason, backend }) => [reason, backend])
    expect(warnings).toEqual(reasons.map((reason) => [reason, 'default']))
  })
})

describe('a token response', () => {
  it.each(['text/html', 'text/plain', 'application/octet-stream'])(
    'is rejected with the media type %s, with the reason in the log',
    async (type) => {
      await harness.start()
      const body = harness.tokenAnswer()
      harness.tokenEndpoint.replyWith({ headers: { 'content-type': type }, body })
      expect(await harness.detailedVerdict()).toBe('fault credential_unusable media_type')
    },
  )
})
