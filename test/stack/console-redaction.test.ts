import { describe, expect, it } from '@jest/globals'
import { Redactor } from '../../stack/console/redact.ts'

describe('redaction', () => {
  const redactor = new Redactor()
  redactor.hide('a secret%+/')
  it.each([
    ['a secret, as it is', 'x a secret%+/ y', 'x [hidden] y'],
    ['a secret, in a form', 'x=a+secret%25%2B%2F', 'x=[hidden]'],
    [
      'a form field',
      'grant_type=refresh_token&refresh_token=abc',
      'grant_type=refresh_token&refresh_token=[hidden]',
    ],
    ['a member', '{"access_token":"opaque","a":1}', '{"access_token":"[hidden]","a":1}'],
    ['an opaque token', 'Bearer abc', 'Bearer [opaque token]'],
    ['Basic credentials', `Basic ${btoa('user:pass')}`, 'Basic [user, password hidden]'],
  ])('hides %s', (_what, text, shown) => {
    expect(redactor.text(text)).toBe(shown)
  })
})
