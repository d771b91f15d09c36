/**
 * Owns the proof of what is said of environment variables that would weaken Node or its libraries.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import {
  asksForDebugging,
  environmentWarnings,
} from '../../../../src/config/checks/environment-warnings.ts'

function warning(key: string, problem: string, remedy: string) {
  return { key, problem, remedy }
}

function unchecked(key: string) {
  return warning(
    key,
    'asks for TLS without a look at certificates; they are checked all the same',
    'Remove it. A private certificate authority goes into NODE_EXTRA_CA_CERTS.',
  )
}
function proxied(key: string) {
  return warning(
    key,
    'names a proxy; none is asked, as it would see tokens and secrets',
    'Remove it. Give the subnet a NAT or service gateway.',
  )
}
function printed(key: string) {
  return warning(
    key,
    'has requests printed, secrets included; what goes to standard error is dropped',
    'Remove it. The line of each decision tells what failed.',
  )
}

describe('the surroundings', () => {
  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', unchecked],
    ['HTTP_PROXY', 'http://proxy.example', proxied],
    ['https_proxy', 'http://proxy.example', proxied],
    ['All_Proxy', 'x', proxied],
    ['NODE_USE_ENV_PROXY', '1', proxied],
    ['NODE_DEBUG', 'http', printed],
    ['debug', '*', printed],
  ])('are warned of with %s = %s, by the name that stands there', (key, value, expected) => {
    expect(environmentWarnings({ [key]: value, PATH: '/bin' })).toStrictEqual([expected(key)])
  })

  it('have all of it told', () => {
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
  ])('are not warned of with %s = %s', (key, value) => {
    expect(environmentWarnings({ [key]: value })).toStrictEqual([])
  })
})

describe('debugging', () => {
  it.each([[{ NODE_DEBUG: 'http' }], [{ DEBUG: '*' }], [{ NODE_DEBUG: '', DEBUG: '*' }]])(
    'is asked for by %j',
    (values) => {
      expect(asksForDebugging(values)).toBe(true)
    },
  )

  it.each([[{}], [{ NODE_DEBUG: '' }], [{ DEBUG: undefined }], [{ debug: '*', PATH: '/bin' }]])(
    'is not asked for by %j',
    (values) => {
      expect(asksForDebugging(values)).toBe(false)
    },
  )
})
