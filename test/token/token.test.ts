import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, jest } from '@jest/globals'
import { listen } from '../../stack/listen.ts'
import { at, claimsOf, flow, folder, provider, useLoginProvider } from './support/login-flows.ts'
import { RESOURCE } from './support/provider.ts'
import { runToken } from './support/run.ts'

jest.setTimeout(60_000)
useLoginProvider()

describe('client-credentials', () => {
  it('prints only the token on standard output, and everything else on standard error', async () => {
    const words = ['--scope', 'read', '--decode']
    const { status, stdout, stderr } = await flow('client-credentials', ...words)

    expect([status, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(claimsOf(stdout)).toMatchObject({ aud: RESOURCE, scope: 'read' })
    expect(stderr).toContain(`"aud": "${RESOURCE}"`)
    expect(stderr).toMatch(/exp: 20\d\d-/)
    expect(stderr).not.toContain(stdout.trim().split('.')[2])
    expect(stderr).not.toContain(provider.clientSecret)
  })

  it('reads the client secret from a file, and sends it in the body if requested', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, `${provider.clientSecret}\n`)

    const words = at('--client-secret-file', file, '--client-auth', 'basic')
    const run = runToken(['client-credentials', ...words], { CLIENT_SECRET: 'not this one' })

    expect(await run.ended).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('600 seconds'),
    })
  })

  it('uses the token for a call instead of printing it', async () => {
    const seen: (string | undefined)[] = []
    const api = await listen((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' })
      response.end('the answer')
    })
    const { status, stdout, stderr } = await flow('client-credentials', '--call', `${api.url}/echo`)
    await api.close()

    expect([status, stdout]).toEqual([1, ''])
    expect(seen).toEqual([expect.stringMatching(/^Bearer ey/)])
    expect(stderr).toContain('403 Bearer error="insufficient_scope"\nthe answer')
  })

  it('reports a rejection with the provider’s error and a hint', async () => {
    const run = runToken(['client-credentials', ...at()], { CLIENT_SECRET: 'wrong' })
    const { status, stdout, stderr } = await run.ended

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('invalid_client')
    expect(stderr).toContain('Compare client id and secret')
    expect(stderr.trim().split('\n')).toHaveLength(2)
  })
})

describe('an identity domain', () => {
  it('is accepted although its discovery document has the issuer that all domains share', async () => {
    provider.discoverWith({ issuer: 'https://identity.oraclecloud.com/' })

    expect((await flow('client-credentials')).status).toBe(0)
  })

  it.each([
    ['another issuer', { issuer: 'https://elsewhere.example' }, 'of another issuer'],
    ['no issuer', { issuer: undefined }, 'no discovery document'],
    [
      'an endpoint without TLS',
      { token_endpoint: 'http://idp.example/token' },
      'token_endpoint is not https',
    ],
  ])('is the only exception: rejected with %s', async (_case, members, expected) => {
    provider.discoverWith(members)

    expect(await flow('client-credentials')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(expected),
    })
  })
})

describe('a device', () => {
  it.each([
    ['lists none', {}],
    [
      'is an identity domain, where it is presumed',
      { issuer: 'https://identity.oraclecloud.com/' },
    ],
  ])('needs a device authorization endpoint: the provider %s', async (_case, members) => {
    provider.discoverWith({ userinfo_endpoint: `${provider.url}/me`, ...members })

    expect(await flow('device')).toEqual({
      status: 1,
      stdout: '',
      stderr: `${provider.url} has no device authorization endpoint\n`,
    })
  })
})

describe('the command line', () => {
  it.each([
    [['device', '--colour'], 2, 'There is no option --colour'],
    [
      ['client-credentials', '--issuer', 'http://127.0.0.1:1', '--client-id', 'a'],
      1,
      'does not answer',
    ],
  ])('%j ends with one line and status %i', async (words, expectedStatus, expected) => {
    const { status, stdout, stderr } = await runToken(words, {
      CLIENT_SECRET: provider.clientSecret,
    }).ended

    expect([status, stdout]).toEqual([expectedStatus, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('ends without waiting for a redirect if there is no authorization endpoint', async () => {
    provider.discoverWith({ authorization_endpoint: undefined })

    expect(await flow('code', '--port', '0')).toEqual({
      status: 1,
      stdout: '',
      stderr: `${provider.url} has no authorization endpoint\n`,
    })
  })

  it('shows no library message for an invalid answer of the provider', async () => {
    provider.discoverWith({ token_endpoint: `${provider.url}/nowhere` })
    const { status, stdout, stderr } = await flow('client-credentials')

    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The identity provider’s answer cannot be used: \w+\.\n$/)
  })

  it('names a secret file that cannot be read', async () => {
    const file = join(folder, 'missing')
    const { status, stderr } = await flow('client-credentials', '--client-secret-file', file)

    expect([status, stderr]).toEqual([
      2,
      `--client-secret-file ${file} cannot be read: give a readable file.\n`,
    ])
  })

  it('rejects a missing secret without a terminal', async () => {
    expect(await runToken(['client-credentials', ...at()]).ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('CLIENT_SECRET'),
    })
  })

  it('prints its help', async () => {
    const { status, stdout, stderr } = await runToken(['--help']).ended

    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('npm run token -- device')
  })
})

describe('the stored refresh token', () => {
  it.each([
    ['is readable by others', 0o644, '{"refresh_token":"x"}', 'read by others'],
    ['is not one', 0o600, '{}', 'has no refresh token'],
  ])('is not used if the file %s', async (_case, mode, content, expected) => {
    const file = join(folder, `store-${mode}`)
    writeFileSync(file, content, { mode })

    expect(await flow('refresh', '--store', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(expected),
    })
  })
})
