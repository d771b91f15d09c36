import { describe, expect, it } from '@jest/globals'
import { createBasicSource } from '../../../src/backend/basic.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import { recordingSecretCache } from '../support/secret-caches.ts'
import { deadlineWith } from '../support/time.ts'
import { callBy, revealed } from '../support/tokens-for-backends.ts'

const OCID = 'ocid1.vaultsecret.oc1..user'
const DEADLINE = deadlineWith(1_234)
const LOGGED = { backend: 'legacy', backendCache: 'off' } as const

function sourceOf(secret: string | Fault) {
  const { secrets, reads } = recordingSecretCache(secret)
  const source = createBasicSource('legacy', { kind: 'basic', secretOcid: OCID }, secrets)
  return { source, reads }
}

async function obtained(secret: string | Fault) {
  return revealed(await sourceOf(secret).source.obtain(callBy(), DEADLINE))
}

describe('a user’s name and password', () => {
  it('RFC 7617 §2: are sent in base64, and do not expire', async () => {
    const { source, reads } = sourceOf('Aladdin:open sesame')

    const credential = await source.obtain(callBy(), DEADLINE)

    expect(revealed(credential)).toStrictEqual({
      authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
      expiresAt: undefined,
      backend: 'legacy',
      cache: 'off',
    })
    expect(reads).toStrictEqual([[OCID, DEADLINE]])
  })

  it.each([
    ['of one letter each', 'u:p'],
    ['with colons in the password', 'user:a:b:'],
    ['with a password that begins with a colon', 'user::'],
    ['RFC 7617 §2.1: in UTF-8', 'jürgen:pässword€😀'],
    ['with blanks around', ' user : word '],
  ])('are unchanged: %s', async (_case, text) => {
    const authorization = `Basic ${Buffer.from(text, 'utf8').toString('base64')}`

    expect(await obtained(text)).toMatchObject({ authorization })
  })

  it.each([
    ['without a colon', 'password'],
    ['without a name', ':password'],
    ['without a password', 'user:'],
    ['without either', ':'],
    ['of several lines', 'user:password\n'],
    ['of several lines at the front', '\nuser:password'],
    ['with a line break in the password', 'user:pass\r\nX-Admin: 1'],
    ['with a NUL in the name', 'us\0er:password'],
    ['with a control character beyond ASCII', 'user:pass\u0085word'],
  ])('RFC 7617 §2: are a fault of the secret %s', async (_case, text) => {
    expect(await obtained(text)).toStrictEqual(
      fault('secret_unusable', { ...LOGGED, secret: OCID, detail: 'no_user_and_password' }),
    )
  })

  it('are a fault with the backend’s name if they cannot be read from Vault', async () => {
    const refused = fault('secret_unavailable', { detail: 'status_404' })

    expect(await obtained(refused)).toStrictEqual(
      fault('secret_unavailable', { ...LOGGED, detail: 'status_404' }),
    )
  })

  it('are read ahead when they are prepared', () => {
    const { source, reads } = sourceOf('user:password')

    void source.prepare(DEADLINE)

    expect(reads).toStrictEqual([[OCID, DEADLINE]])
  })
})
