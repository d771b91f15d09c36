/** Reads the set-up from OCI as the doctor's user: function, application, deployment and secrets. */
import { fault } from '../../src/decision.ts'
import type { Settings } from '../../src/config/model.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../src/platform/result.ts'
import type { SecretCache } from '../../src/vault/secret-cache.ts'
import { functionsOf } from '../check-config/deployment-specification.ts'
import {
  describeFailure,
  type LiveDeployment,
  type LiveFunction,
  type OciApi,
  type OciFailure,
} from '../oci/api.ts'
import { fail, ok, warn, type Check } from './check.ts'

interface LiveParts {
  readonly functionOcid: string | undefined
  readonly deploymentOcid: string | undefined
}

/** `own`: the keys of the function only. `gateway`: the deployment's URL, with its path prefix. */
export async function readLiveSetup({ functionOcid, deploymentOcid }: LiveParts, api: OciApi) {
  const checks: Check[] = []
  let found: LiveFunction | undefined
  let deployed: LiveDeployment | undefined
  if (functionOcid !== undefined) {
    const read = await api.readFunction(functionOcid)
    found = read.ok ? read.value : undefined
    checks.push(checkOf(functionOcid, read, FUNCTIONS, checkKeys))
  }
  if (deploymentOcid !== undefined) {
    const read = await api.readDeployment(deploymentOcid)
    deployed = read.ok ? read.value : undefined
    checks.push(checkOf(deploymentOcid, read, GATEWAYS, checkState))
  }
  if (deployed !== undefined && functionOcid !== undefined) {
    checks.push(...checkFunctionOf(deployed.specification, functionOcid))
  }
  return {
    checks,
    own: found?.config,
    application: found?.applicationConfig,
    deployment: deployed?.specification,
    gateway: deployed?.endpoint,
  }
}

type About = readonly ['OCI', string]

function checkOf<T>(
  ocid: string,
  read: Result<T, OciFailure>,
  policy: string,
  checkFound: (about: About, found: T) => Check,
): Check {
  const about = ['OCI', ocid] as const
  return read.ok
    ? checkFound(about, read.value)
    : fail(about, describeFailure(read.error), remedyOf(read.error, policy))
}

function checkKeys(about: About, { config, applicationConfig }: LiveFunction): Check {
  const total = Object.keys({ ...applicationConfig, ...config }).length
  const inherited = total - Object.keys(config).length
  return ok(about, `${total} keys, ${inherited} of them from the application`)
}

function checkState(about: About, { endpoint, state }: LiveDeployment): Check {
  return state === 'ACTIVE'
    ? ok(about, `ACTIVE at ${endpoint}`)
    : warn(about, `its state is ${state}`, 'Wait until it is ACTIVE; if it FAILED, redeploy.')
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
      return 'Compare the region in the OCID; check the network between here and OCI’s API, proxies included.'
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

/** Reads secrets as this user, whose permissions may differ from the function's. */
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
