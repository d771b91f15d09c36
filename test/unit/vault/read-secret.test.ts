import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createReadSecret } from '../../../src/vault/read-secret.ts'
import { success } from '../../../src/platform/result.ts'
import {
  createResourcePrincipal,
  type ResourcePrincipal,
} from '../../../stack/resource-principal.ts'
import { answer } from '../support/http-answers.ts'
import { recordingHttp } from '../support/recording-http.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'

describe('createReadSecret', () => {
  let principal: ResourcePrincipal
  beforeAll(async () => {
    // The OCI SDK writes warnings there, which the built function filters.
    jest.spyOn(console, 'warn').mockReturnValue(undefined)
    principal = await createResourcePrincipal()
    Object.assign(process.env, principal.environment)
  })
  afterAll(() => {
    jest.restoreAllMocks()
    for (const name of Object.keys(principal.environment)) Reflect.deleteProperty(process.env, name)
    principal.remove()
  })

  it.each([
    ['eu-frankfurt-1', 'secrets.vaults.eu-frankfurt-1.oci.oraclecloud.com'],
    ['phx', 'secrets.vaults.us-phoenix-1.oci.oraclecloud.com'],
    ['IAD', 'secrets.vaults.us-ashburn-1.oci.oraclecloud.com'],
    ['xx-nowhere-9', 'secrets.vaults.xx-nowhere-9.oci.oraclecloud.com'],
  ])('sends the request to the region %s', async (region, host) => {
    const { http, requests } = recordingHttp(() => success(answer(404, {})))
    const read = createReadSecret(http, { endpoint: undefined, region }, () => 0)

    await read('ocid1.vaultsecret.oc1..a', 'CURRENT', PLENTY_OF_TIME)

    expect(new Set(requests.map(({ url }) => new URL(url).host))).toStrictEqual(new Set([host]))
  })
})
