import { describe, expect, it } from '@jest/globals'
import { createBasicSource } from '../../../src/backend/basic.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import { recordingSecretCache } from '../support/secret-caches.ts'
import { deadlineWith } from '../support/time.ts'
import { callBy, revealed } from '../support/tokens-for-backends.ts'

const OCID = 'ocid1.vaultsecret.oc1..user'
const DEADLINE = deadlineWith(1_234)
const LOGGED = { backend: 'legacy', backendCache: 'off' } as const

function createSource(secret: string | Fault) {
  const { secrets, reads } = recordingSecretCache(secret)
  const source = createBasicSource('legacy', { kind: 'basic', secretOcid: OCID }, secrets)
  const obtain = async () => revealed(await source.obtain(callBy(), DEADLINE))
  return { source, obtain, reads }
}

describe('the source of Basic credentials', () => {
  it('RFC 7617 §2: encodes user name and password in base64, without an expiry', async () => {
    const { obtain, reads } = createSource('Aladdin:open sesame')

    expect(await obtain()).toStrictEqual({
      authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
      expiresAt: undefined,
      backend: 'legacy',
      cache: 'off',
    })
    expect(reads).toStrictEqual([[OCID, DEADLINE]])
  })

  it.each([
    ['a single letter each', 'u:p'],
    ['colons in the password', 'user:a:b:'],
    ['a password that is a colon', 'user::'],
    ['RFC 7617 §2.1: UTF-8', 'jürgen:pässword€😀'],
    ['leading and trailing spaces', ' user : word '],
  ])('does not change %s', async (_case, text) => {
    const authorization = `Basic ${Buffer.from(text, 'utf8').toString('base64')}`

    expect(await createSource(text).obtain()).toMatchObject({ authorization })
  })

  it.each([
    ['without a colon', 'password'],
    ['without a name', ':password'],
    ['without a password', 'user:'],
    ['without name and password', ':'],
    ['with a trailing line break', 'user:password\n'],
    ['with a leading line break', '\nuser:password'],
    ['with a line break in the password', 'user:pass\r\nX-Admin: 1'],
    ['with a NUL in the name', 'us\0er:password'],
    ['with a control character beyond ASCII', 'user:pass\u0085word'],
  ])('RFC 7617 §2: returns a fault for a secret %s', async (_case, text) => {
    expect(await createSource(text).obtain()).toStrictEqual(
      fault('secret_unusable', { ...LOGGED, secret: OCID, detail: 'no_user_and_password' }),
    )
  })

  it('adds the backend’s name to the fault of Vault', async () => {
    const unavailable = fault('secret_unavailable', { detail: 'status_404' })

    expect(await createSource(unavailable).obtain()).toStrictEqual(
      fault('secret_unavailable', { ...LOGGED, detail: 'status_404' }),
    )
  })

  it('reads the secret when the credential is prepared', () => {
    const { source, reads } = createSource('user:password')

    void source.prepare(DEADLINE)

    expect(reads).toStrictEqual([[OCID, DEADLINE]])
  })
})
