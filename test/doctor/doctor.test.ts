/** `npm run doctor` with working set-ups and user grants. */
import { describe, expect, it } from '@jest/globals'
import type { Examination } from '../../scripts/doctor/diagnose.ts'
import { functionsVault } from '../../scripts/doctor/functions-vault.ts'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { startIntegration } from '../../stack/integration.ts'
import {
  ALICE,
  API_AUDIENCE,
  BOB,
  OIC_AUDIENCE,
  OIC_SCOPE,
  SECRET_OCIDS,
} from '../../stack/registrations.ts'
import { setup, useSetup, type Change } from './setup.ts'

useSetup()

describe('a working set-up', () => {
  it('passes all checks', async () => {
    const { authorizer, gateway } = setup.stack
    const invocations = authorizer.log.length
    const route = `${gateway.url}/oic/echo/hello`

    const checks = await setup.examine({ examination: { route } })

    expect(checks.filter(({ status }) => status === 'fail' || status === 'warn')).toStrictEqual([])
    expect(new Set(checks.map(({ name }) => name))).toStrictEqual(
      new Set([
        'configuration',
        'secret',
        'endpoint',
        'clock',
        'introspection',
        'backend token',
        'backend',
        'caller’s token',
        'deployment',
        'route',
      ]),
    )
    const decisions = authorizer.log
      .slice(invocations)
      .filter(({ line }) => line.includes('"decision"') && line.includes('"permit"'))
    expect(decisions).toHaveLength(1)
  })

  it('is checked with secrets from Vault', async () => {
    const checks = await setup.examine({
      config: { vault_secrets_endpoint: setup.vault.url },
      examination: { secrets: new Map(), vault: functionsVault(undefined) },
    })

    expect(firstFailure(checks)).toBeUndefined()
    const secrets = checks.filter(({ name }) => name === 'secret')
    expect(secrets.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  it('is checked partially without secrets', async () => {
    const checks = await setup.examine({ examination: { secrets: new Map() } })

    expect(firstFailure(checks)).toBeUndefined()
    const skipped = ['secret', 'introspection', 'backend token', 'caller’s token', 'route']
    expect(checks.filter(({ status }) => status === 'skip').map(({ name }) => name)).toEqual(
      expect.arrayContaining(skipped),
    )
  })
})

describe('a backend with a user grant', () => {
  function userGrant(config: Readonly<Record<string, string>> = {}): Change {
    const { invokersKey } = setup.stack.registrations
    return {
      config: {
        back_end_grant: 'jwt_bearer',
        back_end_assertion_key_ocid: SECRET_OCIDS.invokersKey,
        back_end_assertion_key_id: invokersKey.publicKey.kid,
        ...config,
      },
      secrets: { [SECRET_OCIDS.invokersKey]: invokersKey.privateKey },
    }
  }
  const asUser = async (user: string): Promise<Partial<Examination>> => ({
    token: await setup.stack.requestUserToken(user, `${API_AUDIENCE}echo:invoke`),
  })

  it('is checked with the caller’s token', async () => {
    const checks = await setup.examine({ ...userGrant(), examination: await asUser(ALICE) })

    expect(firstFailure(checks)).toBeUndefined()
    const backendChecks = checks.filter(({ name }) => name.startsWith('backend'))
    expect(backendChecks.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  it('is skipped without the caller’s token', async () => {
    const checks = await setup.examine({ ...userGrant(), examination: { token: undefined } })

    expect(checks.find(({ name }) => name === 'backend token')).toMatchObject({
      status: 'skip',
      detail: expect.stringContaining('jwt_bearer requests it in the caller’s name: give a token'),
    })
  })

  it('fails for an unknown user', async () => {
    const checks = await setup.examine({ ...userGrant(), examination: await asUser(BOB) })

    expect(firstFailure(checks)).toMatchObject({
      name: 'backend token',
      detail: expect.stringContaining('invalid_grant'),
      remedy: expect.stringContaining('the user in the claim sub must exist'),
    })
  })

  it('fails for a user without the role ServiceInvoker, which the application has', async () => {
    const { oicDomain, registrations } = setup.stack
    const instance = await startIntegration({
      issuer: () => oicDomain.issuer,
      jwks: () => oicDomain.publicKeys(),
      audience: OIC_AUDIENCE,
      scope: OIC_SCOPE,
      serviceInvokers: new Set([registrations.oicInvoker.clientId]),
    })
    const examination = { ...(await asUser(ALICE)), oic: instance.url }

    const checks = await setup.examine({ ...userGrant(), examination })

    await instance.close()
    expect(firstFailure(checks)).toMatchObject({
      name: 'backend',
      detail: expect.stringContaining('status 401'),
      remedy: expect.stringMatching(/Manage applications, and to the caller: Manage users/),
    })
  })

  it('fails for an unknown certificate', async () => {
    const change = userGrant({ back_end_assertion_key_id: 'another-certificate' })
    const checks = await setup.examine({ ...change, examination: await asUser(ALICE) })

    expect(firstFailure(checks)).toMatchObject({ name: 'backend token' })
  })
})
