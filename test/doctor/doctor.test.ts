/** `npm run doctor` on set-ups that work, and on backends with a grant on behalf of the caller. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Examination } from '../../scripts/doctor/diagnose.ts'
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
import { functionsVault, startSetup, type Change, type Setup } from './setup.ts'

let setup: Setup
beforeAll(async () => {
  setup = await startSetup()
})
afterAll(() => setup.close())

describe('a working set-up', () => {
  it('has no failure, from the configuration to the route', async () => {
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

  it('reads secrets from Vault as the function does', async () => {
    const checks = await setup.examine({
      config: { vault_secrets_endpoint: setup.vault.url },
      examination: { secrets: new Map(), vault: functionsVault },
    })

    expect(firstFailure(checks)).toBeUndefined()
    const secrets = checks.filter(({ name }) => name === 'secret')
    expect(secrets.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  it('skips checks that need a secret that was not given', async () => {
    const checks = await setup.examine({ examination: { secrets: new Map() } })

    expect(firstFailure(checks)).toBeUndefined()
    const skipped = ['secret', 'introspection', 'backend token', 'caller’s token', 'route']
    expect(checks.filter(({ status }) => status === 'skip').map(({ name }) => name)).toEqual(
      expect.arrayContaining(skipped),
    )
  })
})

describe('a backend with a grant on behalf of the caller', () => {
  function inUsersName(config: Readonly<Record<string, string>> = {}): Change {
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
    const checks = await setup.examine({ ...inUsersName(), examination: await asUser(ALICE) })

    expect(firstFailure(checks)).toBeUndefined()
    const ofBackend = checks.filter(({ name }) => name.startsWith('backend'))
    expect(ofBackend.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  it('is skipped without the caller’s token, with the reason', async () => {
    const checks = await setup.examine({ ...inUsersName(), examination: { token: undefined } })

    expect(checks.find(({ name }) => name === 'backend token')).toMatchObject({
      status: 'skip',
      detail: expect.stringContaining('jwt_bearer requests it in the caller’s name: give a token'),
    })
  })

  it('fails for a user who is unknown in Oracle Integration’s domain', async () => {
    const checks = await setup.examine({ ...inUsersName(), examination: await asUser(BOB) })

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

    const checks = await setup.examine({ ...inUsersName(), examination })

    await instance.close()
    expect(firstFailure(checks)).toMatchObject({
      name: 'backend',
      detail: expect.stringContaining('status 401'),
      remedy: expect.stringMatching(/Manage applications, and to the caller: Manage users/),
    })
  })

  it('fails for a certificate that is unknown in the domain', async () => {
    const change = inUsersName({ back_end_assertion_key_id: 'another-certificate' })
    const checks = await setup.examine({ ...change, examination: await asUser(ALICE) })

    expect(firstFailure(checks)).toMatchObject({ name: 'backend token' })
  })
})
