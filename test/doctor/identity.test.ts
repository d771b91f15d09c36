/** The identity with which `npm run doctor` calls OCI. */
import { createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import common from 'oci-common'
import { readLiveSetup } from '../../scripts/doctor/live.ts'
import { createOciApi } from '../../scripts/oci/api.ts'
import { findIdentity, type IdentityOptions } from '../../scripts/oci/identity.ts'
import { regionOf } from '../../scripts/oci/region.ts'
import { listen } from '../../stack/listen.ts'
import { verifySignature } from '../../stack/vault/request-signature.ts'
import { newPemKeys } from '../oci/cloud/cloud.ts'
import { silenceSdk, startTenancy, type Tenancy } from './oci-rig.ts'

let tenancy: Tenancy
beforeAll(async () => {
  tenancy = await startTenancy()
})
afterAll(() => tenancy.close())
beforeEach(silenceSdk)

describe('the identity', () => {
  it('is undefined without a configuration', async () => {
    const environment = { HOME: '/nowhere' }

    expect(await findIdentity({ profile: undefined, environment })).toBeUndefined()
  })

  it.each<readonly [string, Partial<IdentityOptions>, RegExp]>([
    ['a profile that is not there', { profile: 'OTHER' }, /No profile named OTHER/],
    ['a profile without a key', { profile: 'DEFAULT' }, /missing \w+ in config/],
    [
      'a file that is not there',
      { environment: { OCI_CLI_CONFIG_FILE: '/nowhere/config' } },
      /There is no \/nowhere\/config/,
    ],
    [
      'another kind of identity',
      { environment: { OCI_CLI_AUTH: 'password' } },
      /set one of api_key, security_token/,
    ],
  ])('is reported in one line: %s', async (_title, options, expected) => {
    const { environment } = tenancy
    const identity = await findIdentity({ profile: undefined, environment, ...options })

    expect(identity).toMatchObject({ ok: false, error: expect.stringMatching(expected) })
    expect((identity as { error: string }).error).not.toContain('\n')
  })

  it('that is unknown to OCI fails with the members of the profile', async () => {
    const { privateKey } = newPemKeys()
    const key = tenancy.write('other.pem', privateKey)
    const profile = `[DEFAULT]\nuser=ocid1.user.oc1..other\ntenancy=ocid1.tenancy.oc1..one\nfingerprint=00:11\nkey_file=${key}\nregion=us-phoenix-1\n`
    const environment = { OCI_CONFIG_FILE: tenancy.write('other-config', profile) }
    const parts = { functionOcid: tenancy.functionOcid, deploymentOcid: undefined }

    const { checks } = await readLiveSetup(parts, await tenancy.api({ environment }))

    expect(checks).toMatchObject([
      {
        status: 'fail',
        detail: expect.stringContaining('401'),
        remedy: expect.stringContaining('fingerprint'),
      },
    ])
  })

  it.each([
    ['the profile', 'delegation_token_file', {}],
    ['the environment', undefined, { OCI_obo_token: 'delegation-token' }],
  ])('is the user of Cloud Shell, by the delegation token of %s', async (_title, member, more) => {
    const { privateKey, publicKey } = newPemKeys()
    const file = tenancy.write('delegation-token', 'delegation-token\n')
    const line = member === undefined ? '' : `${member}=${file}\n`
    const profile = `[eu-frankfurt-1]\ntenancy=ocid1.tenancy.oc1..one\nregion=eu-frankfurt-1\n${line}`
    const environment = {
      OCI_CLI_AUTH: 'instance_obo_user',
      OCI_CLI_CONFIG_FILE: tenancy.write('cloud-shell', profile),
      OCI_CONFIG_PROFILE: 'eu-frankfurt-1',
      ...more,
    }
    const instance = new common.SimpleAuthenticationDetailsProvider(
      ...(['ocid1.tenancy.oc1..one', 'instance', '22', privateKey, null] as const),
    )
    const seen: unknown[] = []
    const service = await listen(async ({ method = '', url: target = '', headers }, response) => {
      const key = createPublicKey(publicKey)
      const verdict = await verifySignature({ method, target, headers }, Date.now() / 1000, () =>
        Promise.resolve({ key, subject: 'instance' }),
      )
      const signed = /headers="([^"]*)"/.exec(headers.authorization ?? '')?.[1] ?? ''
      seen.push([verdict.valid, headers['opc-obo-token'], signed.includes('opc-obo-token')])
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"x"}')
    })

    const identity = await findIdentity({
      ...{ profile: undefined, environment },
      instanceIdentity: () => Promise.resolve(instance),
    })
    if (identity?.ok !== true) throw new Error(identity?.error)
    await createOciApi(identity.value, service.url).readFunction('ocid1.fnfunc.oc1.phx.a')
    await service.close()

    expect(identity.value.source).toContain('Cloud Shell’s user')
    expect(seen).toStrictEqual([[true, 'delegation-token', true]])
  })

  it('reads the region of an OCID, by its identifier or its code', () => {
    expect(regionOf('ocid1.fnfunc.oc1.phx.a')).toBe('us-phoenix-1')
    expect(regionOf('ocid1.fnfunc.oc1.eu-frankfurt-1.a')).toBe('eu-frankfurt-1')
    expect(regionOf('ocid1.tenancy.oc1..a')).toBeUndefined()
  })
})
