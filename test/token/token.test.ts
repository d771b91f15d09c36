import { describe, expect, it, jest } from '@jest/globals'
import { listen } from '../../stack/listen.ts'
import { useTemporaryFolder } from '../support/temporary-folder.ts'
import {
  argsOf,
  claimsOf,
  provider,
  runFlow,
  startToken,
  useLoginProvider,
} from './support/login-flows.ts'
import { RESOURCE } from './support/provider.ts'

jest.setTimeout(60_000)
useLoginProvider()
const { pathOf, write } = useTemporaryFolder()

describe('client-credentials', () => {
  it('prints only the token on standard output, and the rest on standard error', async () => {
    const args = ['--scope', 'read', '--decode']
    const { status, stdout, stderr } = await runFlow('client-credentials', ...args)

    expect([status, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(claimsOf(stdout)).toMatchObject({ aud: RESOURCE, scope: 'read' })
    expect(stderr).toContain(`"aud": "${RESOURCE}"`)
    expect(stderr).toMatch(/exp: 20\d\d-/)
    expect(stderr).not.toContain(stdout.trim().split('.')[2])
    expect(stderr).not.toContain(provider.clientSecret)
  })

  it('reads the client secret from a file, and sends it by HTTP Basic', async () => {
    const file = write('secret', `${provider.clientSecret}\n`)

    const args = ['--client-secret-file', file, '--client-auth', 'basic']
    const run = startToken(argsOf('client-credentials', ...args), 'wrong')

    expect(await run.ended).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('600 seconds'),
    })
  })

  it('uses the token for a call instead of printing it', async () => {
    const received: (string | undefined)[] = []
    const api = await listen((request, response) => {
      received.push(request.headers.authorization)
      response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' })
      response.end('the answer')
    })
    const { status, stdout, stderr } = await runFlow('client-credentials', '--call', api.url)
    await api.close()

    expect([status, stdout]).toEqual([1, ''])
    expect(received).toEqual([expect.stringMatching(/^Bearer ey/)])
    expect(stderr).toContain('403 Bearer error="insufficient_scope"\nthe answer')
  })

  it('reports a rejection with the provider’s error and a hint', async () => {
    const run = startToken(argsOf('client-credentials'), 'wrong')
    const { status, stdout, stderr } = await run.ended

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('invalid_client')
    expect(stderr).toContain('Compare client id and secret')
    expect(stderr.trim().split('\n')).toHaveLength(2)
  })
})

describe('a discovery document', () => {
  it('may have the common issuer of all identity domains', async () => {
    provider.discoverWith({ issuer: 'https://identity.oraclecloud.com/' })

    expect((await runFlow('client-credentials')).status).toBe(0)
  })

  it.each([
    ['a different issuer', { issuer: 'https://elsewhere.example' }, 'of another issuer'],
    ['no issuer', { issuer: undefined }, 'no discovery document'],
    [
      'an endpoint without TLS',
      { token_endpoint: 'http://idp.example/token' },
      'token_endpoint is not https',
    ],
  ])('is rejected with %s', async (_case, members, expected) => {
    provider.discoverWith(members)

    expect(await runFlow('client-credentials')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(expected),
    })
  })
})

describe('npm run token', () => {
  it.each([
    [['device', '--colour'], 2, 'There is no option --colour'],
    [
      ['client-credentials', '--issuer', 'http://127.0.0.1:1', '--client-id', 'a'],
      1,
      'does not answer',
    ],
  ])('ends with one line for %j, and status %i', async (args, expectedStatus, expected) => {
    const run = startToken(args, provider.clientSecret)
    const { status, stdout, stderr } = await run.ended

    expect([status, stdout]).toEqual([expectedStatus, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it.each<readonly [string, string[], string, object]>([
    ['device', [], 'device authorization', {}],
    ['device', [], 'device authorization', { issuer: 'https://identity.oraclecloud.com/' }],
    ['code', ['--port', '0'], 'authorization', { authorization_endpoint: undefined }],
  ])('rejects %s %j without the %s endpoint: %j', async (flow, args, name, members) => {
    provider.discoverWith({ userinfo_endpoint: `${provider.url}/me`, ...members })

    expect(await runFlow(flow, ...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: `${provider.url} has no ${name} endpoint\n`,
    })
  })

  it('prints no message of a library for an invalid answer', async () => {
    provider.discoverWith({ token_endpoint: `${provider.url}/nowhere` })
    const { status, stdout, stderr } = await runFlow('client-credentials')

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The identity provider’s answer cannot be used: \w+\.\n$/)
  })

  it('reports a secret file that cannot be read', async () => {
    const file = pathOf('missing')
    const { status, stderr } = await runFlow('client-credentials', '--client-secret-file', file)

    expect([status, stderr]).toEqual([
      2,
      `--client-secret-file ${file} cannot be read: give a readable file.\n`,
    ])
  })

  it('rejects a missing secret without a terminal', async () => {
    expect(await startToken(argsOf('client-credentials')).ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('CLIENT_SECRET'),
    })
  })

  it('prints its help', async () => {
    const { status, stdout, stderr } = await startToken(['--help']).ended

    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('npm run token -- device')
  })
})

describe('the stored refresh token', () => {
  it.each([
    ['is readable by others', 0o644, '{"refresh_token":"x"}', 'read by others'],
    ['has no token', 0o600, '{}', 'has no refresh token'],
  ])('is not used if the file %s', async (_case, mode, content, expected) => {
    const file = write(`store-${mode}`, content, mode)

    expect(await runFlow('refresh', '--store', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(expected),
    })
  })
})
