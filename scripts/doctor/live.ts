/** Reads the set-up from OCI: function, application, deployment, and secrets as the doctor's own user. */
import { fault } from '../../src/decision.ts'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { Settings } from '../../src/config/model.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, success } from '../../src/platform/result.ts'
import type { SecretCache } from '../../src/vault/secret-cache.ts'
import { functionsOf } from '../check-config/deployment-specification.ts'
import { describeFailure, type OciApi, type OciFailure } from '../oci/api.ts'
import { fail, ok, warn, type Check } from './check.ts'

export interface LiveSetup {
  readonly checks: readonly Check[]
  /** Of the function alone. */
  readonly own: FlatConfiguration | undefined
  readonly application: FlatConfiguration | undefined
  readonly deployment: object | undefined
  /** Of the deployment, with its path prefix. */
  readonly gateway: string | undefined
}

/** The OCIDs of what is to be read. */
export interface LiveParts {
  readonly functionOcid: string | undefined
  readonly deploymentOcid: string | undefined
}

export async function readLiveSetup(
  { functionOcid, deploymentOcid }: LiveParts,
  api: OciApi,
): Promise<LiveSetup> {
  const checks: Check[] = []
  let own: FlatConfiguration | undefined
  let application: FlatConfiguration | undefined
  let deployment: object | undefined
  let gateway: string | undefined
  if (functionOcid !== undefined) {
    const found = await api.readFunction(functionOcid)
    const about = ['OCI', functionOcid] as const
    if (found.ok) {
      own = found.value.config
      application = found.value.applicationConfig
      const total = Object.keys({ ...application, ...own }).length
      const inherited = total - Object.keys(own).length
      checks.push(ok(about, `${total} keys, ${inherited} of them from the application`))
    } else checks.push(fail(about, describeFailure(found.error), remedyOf(found.error, FUNCTIONS)))
  }
  if (deploymentOcid !== undefined) {
    const found = await api.readDeployment(deploymentOcid)
    const about = ['OCI', deploymentOcid] as const
    if (found.ok) {
      const { specification, endpoint, state } = found.value
      deployment = specification
      gateway = endpoint
      checks.push(
        state === 'ACTIVE'
          ? ok(about, `ACTIVE at ${endpoint}`)
          : warn(
              about,
              `its state is ${state}`,
              'Wait until it is ACTIVE; if it FAILED, redeploy.',
            ),
      )
    } else checks.push(fail(about, describeFailure(found.error), remedyOf(found.error, GATEWAYS)))
    if (deployment !== undefined && functionOcid !== undefined) {
      checks.push(...checkFunctionOf(deployment, functionOcid))
    }
  }
  return { checks, own, application, deployment, gateway }
}

function checkFunctionOf(deployment: object, functionOcid: string): readonly Check[] {
  const called = functionsOf(deployment)
  return called.length === 0 || called.includes(functionOcid)
    ? []
    : [
        fail(
          ['OCI', 'the deployment'],
          `it calls another function, ${called.join(', ')}`,
          `Set functionId in requestPolicies.authentication to ${functionOcid}, or examine the function that it calls.`,
        ),
      ]
}

const FUNCTIONS = 'allow group GROUP to read functions-family in compartment COMPARTMENT'
const GATEWAYS = 'allow group GROUP to read api-gateway-family in compartment COMPARTMENT'
const SECRETS = 'allow group GROUP to read secret-bundles in compartment COMPARTMENT'

function remedyOf({ status }: OciFailure, policy: string): string {
  switch (status) {
    case undefined:
      return 'Compare the region in the OCID; check the network’s way to OCI’s API, proxies included.'
    case 401:
      return 'Compare user, fingerprint, key_file and tenancy of the profile with the user’s API keys, and this machine’s clock. In Cloud Shell, reconnect.'
    case 404:
      return `Compare the OCID. If it is right, your user may not read it: \`${policy}\`.`
    case 429:
      return 'Wait a minute and try again.'
    default:
      return 'Try again; look at the state of the region’s services.'
  }
}

/** Secrets as this user may read them: that says nothing about what the function may read. */
export function usersVault(api: OciApi): (settings: Settings) => SecretCache {
  return ({ vaultSecretsEndpoint }) => ({
    read: async (ocid) => {
      const read = await api.readSecret(ocid, vaultSecretsEndpoint)
      if (read.ok) return success(new Redacted(read.value.toString('utf8')))
      const { status, code } = read.error
      const detail = status === undefined ? code : `status_${status}`
      const hint = remedyOf(read.error, SECRETS)
      return failure(fault('secret_unavailable', { secret: ocid, detail, hint }))
    },
    readAgain: () => Promise.resolve(undefined),
    acceptPrevious: () => undefined,
  })
}
