import { describe, expect, it } from '@jest/globals'
import { readArguments } from '../../scripts/token/arguments.ts'
import { usageErrorOf } from '../command-line/usage-error.ts'

const CLIENT = ['--client-id', 'a']
const AT_PROVIDER = ['--issuer', 'https://idp.example', ...CLIENT]

describe('readArguments', () => {
  it.each([
    [['client-credentials', '--client-secret', 'x'], 'CLIENT_SECRET'],
    [['client-credentials', '--client-secret=x'], 'CLIENT_SECRET'],
    [['password'], 'client-credentials, device, code, refresh'],
    [['device'], '--issuer'],
    [['device', '--issuer', 'http://idp.example', ...CLIENT], '--issuer is not https'],
    [['device', '--issuer', 'idcs-1.example', ...CLIENT], '--issuer is not a URL'],
    [['device', ...AT_PROVIDER, '--call', 'api.example'], '--call is not a URL'],
    [['device', '--issuer', 'https://idp.example'], '--client-id'],
    [['refresh', ...AT_PROVIDER], '--store'],
    [[], 'FLOW is missing: give one of client-credentials, device'],
    [
      ['device', '--issuer', 'https://idcs-a.example/oauth2/v1/token', ...CLIENT],
      'give the domain’s URL, https://idcs-a.example.',
    ],
    [
      ['device', '--issuer', 'https://a.example/realms/b/protocol/openid-connect/token', ...CLIENT],
      'give the issuer’s URL, https://a.example/realms/b.',
    ],
    [['code', '--issuer', 'https://a.example', ...CLIENT, '--port'], '--port needs a value'],
    [['code', ...AT_PROVIDER, '--port', 'x'], '--port'],
  ])('rejects %j in one line with the expected value', (args, expected) => {
    const message = usageErrorOf(() => readArguments(args))

    expect(message).toContain(expected)
    expect(message).not.toContain('\n')
  })
})
