import { describe, expect, it } from '@jest/globals'
import {
  asksForDebugging,
  environmentWarnings,
} from '../../../../src/config/checks/environment-warnings.ts'
import { configProblem } from '../../support/problems.ts'

function unchecked(key: string) {
  return configProblem(
    key,
    'turns off the validation of TLS certificates; they are validated all the same',
    'Remove it. Name a private certificate authority in NODE_EXTRA_CA_CERTS.',
  )
}
function proxied(key: string) {
  return configProblem(
    key,
    'names a proxy; it is not used, as it would see tokens and secrets',
    'Remove it. Give the subnet a NAT or service gateway.',
  )
}
function printed(key: string) {
  return configProblem(
    key,
    'would print requests, secrets included; standard error is discarded',
    'Remove it. The log line of each decision says what failed.',
  )
}

describe('environmentWarnings', () => {
  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', unchecked],
    ['HTTP_PROXY', 'http://proxy.example', proxied],
    ['https_proxy', 'http://proxy.example', proxied],
    ['All_Proxy', 'x', proxied],
    ['NODE_USE_ENV_PROXY', '1', proxied],
    ['NODE_DEBUG', 'http', printed],
    ['debug', '*', printed],
  ])('warns of %s = %s, with the name as given', (key, value, expected) => {
    expect(environmentWarnings({ [key]: value, PATH: '/bin' })).toStrictEqual([expected(key)])
  })

  it('returns all warnings', () => {
    const values = {
      DEBUG: '*',
      http_proxy: 'x',
      HTTP_PROXY: 'x',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    }

    expect(environmentWarnings(values)).toStrictEqual([
      unchecked('NODE_TLS_REJECT_UNAUTHORIZED'),
      proxied('http_proxy'),
      proxied('HTTP_PROXY'),
      printed('DEBUG'),
    ])
  })

  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '1'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', ''],
    ['HTTPS_PROXY', ''],
    ['ALL_PROXY', undefined],
    ['DEBUG', ''],
    ['NO_PROXY', 'example.com'],
  ])('does not warn of %s = %s', (key, value) => {
    expect(environmentWarnings({ [key]: value })).toStrictEqual([])
  })
})

describe('asksForDebugging', () => {
  it.each([[{ NODE_DEBUG: 'http' }], [{ DEBUG: '*' }], [{ NODE_DEBUG: '', DEBUG: '*' }]])(
    'is true for %j',
    (values) => {
      expect(asksForDebugging(values)).toBe(true)
    },
  )

  it.each([[{}], [{ NODE_DEBUG: '' }], [{ DEBUG: undefined }], [{ debug: '*', PATH: '/bin' }]])(
    'is false for %j',
    (values) => {
      expect(asksForDebugging(values)).toBe(false)
    },
  )
})
