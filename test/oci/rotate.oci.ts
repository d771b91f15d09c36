/** `npm run rotate` as a process with the real `oci`: each step, its failure, and the way back. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { randomSecret } from '../../stack/registrations.ts'
import {
  a,
  b,
  answerRegeneration,
  cloud,
  credentials,
  current,
  domain,
  endRotation,
  folder,
  front,
  introspectionSecret,
  introspectors,
  oicSecret,
  regenerated,
  renewSecrets,
  run,
  runScript,
  scope,
  startRotation,
  working,
} from './support/rotation.ts'

beforeAll(startRotation)
afterAll(endRotation)
beforeEach(renewSecrets)

it('rotates the placeholder, then to the second application, and back', async () => {
  expect(await run([], credentials())).toEqual({
    status: 0,
    output: `oic: application ${a} is in use\nintrospection: application ${introspectors[0]} is in use\n`,
  })
  expect(await working(oicSecret)).toBe(a)
  const first = current(oicSecret)

  // As Resource Manager has it.
  const state = { version: 4, outputs: { credentials: { value: { oic: credentials().oic } } } }
  expect((await run([], state)).output).toBe(`oic: application ${b} is in use\n`)
  expect(await working(oicSecret)).toBe(b)
  // Instances of the function that still hold the first secret go on.
  const { client_secret = '' } = JSON.parse(first) as Record<string, string>
  await domain.requestToken({ clientId: a, clientSecret: client_secret }, scope)

  expect((await run(['--back'])).output).toContain(`oic: application ${a} is in use`)
  expect(current(oicSecret)).toBe(first)
  expect(await working(oicSecret)).toBe(a)

  expect((await run()).output).toContain(`oic: application ${b} is in use`)
  expect(await working(oicSecret)).toBe(b)
})

it('rotates one credential alone', async () => {
  await run([], credentials())
  const untouched = current(introspectionSecret)
  expect(await run(['--only', 'oic'], credentials())).toEqual({
    status: 0,
    output: `oic: application ${b} is in use\n`,
  })
  expect(current(introspectionSecret)).toBe(untouched)
  const { status, output } = await run(['--only', 'introspection'])
  expect([status, output]).toEqual([2, expect.stringContaining('no credential introspection')])
})

it('does not return to the placeholder or to an invalid client secret', async () => {
  expect((await run(['--back'])).output).toMatch(
    /^oic: there is no previous version that can be read: oci secrets secret-bundle get is rejected with 404 NotAuthorizedOrNotFound\. Nothing was changed\./,
  )
  await run()
  const before = current(oicSecret)
  expect((await run(['--back'])).output).toContain('the placeholder of the stack')
  await run()
  domain.setClientSecret(a, randomSecret())
  const { status, output } = await run(['--back'])
  expect(status).toBe(1)
  expect(output).toContain(`oic: application ${a} failed the check with the previous client secret`)
  expect(current(oicSecret)).not.toBe(before)
  expect(await working(oicSecret)).toBe(b)
})

it('does not change Vault if the identity domain gives no new client secret', async () => {
  answerRegeneration(() => ({ status: 403, body: { detail: 'no' } }))
  const { status, output } = await run()
  expect(status).toBe(1)
  expect(output).toContain(
    `oic: application ${a} got no new client secret: the identity domain answers with status 403 Forbidden. Vault is unchanged.`,
  )
  expect(current(oicSecret)).toBe(PLACEHOLDER)
})

it('does not change Vault if the new client secret fails the check', async () => {
  answerRegeneration(() => ({ status: 201, body: { clientSecret: 'not-the-one' } }))
  const { status, output } = await run([], credentials())
  expect(status).toBe(1)
  expect(output).toContain(
    `oic: application ${a} failed the check with its new client secret: ${front.url}/oauth2/v1/token answers with status 401. Vault is unchanged.`,
  )
  expect(output).toContain(`${front.url}/oauth2/v1/introspect answers with status 401`)
  expect(output).not.toContain('not-the-one')
  expect(current(oicSecret)).toBe(PLACEHOLDER)
})

it('reports that Vault rejects the new version, and can be run again', async () => {
  answerRegeneration((appId) => {
    cloud.store.get('secret', oicSecret).lifecycleState = 'UPDATING'
    return regenerated(appId)
  })
  const { status, output } = await run([], credentials())
  expect(status).toBe(1)
  expect(output).toContain(
    `oic: the new client secret of application ${a} was not stored: oci vault secret update-base64 is rejected with 409 Conflict. The function keeps using`,
  )
  expect(output).toContain(`introspection: application ${introspectors[0]} is in use`)
  expect(current(oicSecret)).toBe(PLACEHOLDER)
  answerRegeneration(undefined)
  expect((await run()).output).toContain(`oic: application ${a} is in use`)
})

it('reports that the secret cannot be read or that oci is missing', async () => {
  const { oic } = credentials()
  const other = { oic: { ...oic, secret_id: 'ocid1.vaultsecret.oc1.eu-frankfurt-1.other' } }
  expect(await run([], other)).toEqual({
    status: 1,
    output:
      'oic: the secret cannot be read: oci secrets secret-bundle get is rejected with 404 NotAuthorizedOrNotFound. Nothing was changed.\n',
  })
  expect(await run([], { oic }, '/nowhere')).toEqual({
    status: 1,
    output:
      'oic: the secret cannot be read: there is no command oci; Cloud Shell has it. Nothing was changed.\n',
  })
  expect(await run([], { oic: null, introspection: null })).toMatchObject({ status: 2 })
  expect(await run([], { oic: {} })).toMatchObject({ status: 2 })
})

it('replaces the placeholder that the doctor reports', async () => {
  const file = join(folder, 'function-config.json')
  const config = {
    audience: 'https://api.example.com/',
    issuer: 'https://identity.oraclecloud.com/',
    idcs_introspection_endpoint: `${front.url}/oauth2/v1/introspect`,
    idcs_app_client_id: introspectors[0],
    idcs_app_client_secret_ocid: introspectionSecret,
    back_end_token_endpoint: `${front.url}/oauth2/v1/token`,
    back_end_app_client_id: a,
    back_end_client_secret_ocid: oicSecret,
    back_end_scope: scope,
    vault_secrets_endpoint: cloud.url,
  }
  writeFileSync(file, JSON.stringify(config))
  const doctor = () => runScript('scripts/doctor.ts', ['--config', file])
  const before = await doctor()
  expect(before.output).toMatch(/^fail +secret of application-a: is still the placeholder/m)
  expect(before.output.match(/^fail .*placeholder.*$/gm)?.length).toBeGreaterThan(1)
  await run([], credentials())
  const { output } = await doctor()
  expect(output).not.toContain('placeholder')
  expect(output.match(/^ok +secret/gm)).toHaveLength(2)
  expect(output).toMatch(/^ok +introspection/m)
  expect(output).toMatch(/^ok +backend token/m)
})
