/** Reads functions, deployments and secrets with Oracle's SDK. */
import { DeploymentClient } from 'oci-apigateway'
import common from 'oci-common'
import { FunctionsManagementClient } from 'oci-functions'
import { SecretsClient, requests, type models } from 'oci-secrets'
import { failure, success, type Result } from '../../src/platform/result.ts'
import type { OciIdentity } from './identity.ts'
import { regionOf } from './region.ts'

export interface LiveFunction {
  readonly applicationId: string
  readonly config: Readonly<Record<string, string>>
  /** Of its application; the function's keys override them. */
  readonly applicationConfig: Readonly<Record<string, string>>
}

export interface LiveDeployment {
  readonly specification: object
  /** With the path prefix. */
  readonly endpoint: string
  readonly state: string
}

export interface OciFailure {
  /** The requested resource. */
  readonly what: string
  /** HTTP status; undefined if there was no answer. */
  readonly status: number | undefined
  /** Of the answer, or of the connection; empty if unknown. */
  readonly code: string
}

export interface OciApi {
  /** Describes the origin of the identity. */
  readonly source: string
  readFunction(ocid: string): Promise<Result<LiveFunction, OciFailure>>
  readDeployment(ocid: string): Promise<Result<LiveDeployment, OciFailure>>
  /** `endpoint`: of the Secret Retrieval API; undefined: that of the secret's region. */
  readSecret(ocid: string, endpoint: string | undefined): Promise<Result<Buffer, OciFailure>>
}

/** For each request, its answer included. */
const TIME_LIMIT_MILLISECONDS = 10_000

/** `endpoint`: for all services, like `OCI_CLI_ENDPOINT`. */
export function createOciApi(identity: OciIdentity, endpoint: string | undefined): OciApi {
  // `own`: the configured endpoint of a secret.
  const placed = <Client extends SdkClient>(
    client: Client,
    ocid: string,
    own: string | undefined = endpoint,
  ): Client => {
    if (own !== undefined) client.endpoint = own
    else client.regionId = regionOf(ocid) ?? identity.region ?? ''
    return client
  }
  const parameters = { authenticationDetailsProvider: identity.provider }
  const settings = () => ({
    httpOptions: { signal: AbortSignal.timeout(TIME_LIMIT_MILLISECONDS), redirect: 'error' },
    circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }),
    retryConfiguration: common.NoRetryConfigurationDetails,
  })
  const functions = (ocid: string) =>
    placed(new FunctionsManagementClient(parameters, settings()), ocid)
  return {
    source: identity.source,
    readFunction: (ocid) =>
      request('the function', async () => {
        const { function: found } = await functions(ocid).getFunction({ functionId: ocid })
        const { applicationId = '', config = {} } = found
        const { application } = await functions(applicationId).getApplication({ applicationId })
        return { applicationId, config, applicationConfig: application.config ?? {} }
      }),
    readDeployment: (ocid) =>
      request('the deployment', async () => {
        const client = placed(new DeploymentClient(parameters, settings()), ocid)
        const { deployment } = await client.getDeployment({ deploymentId: ocid })
        const { specification, endpoint: url, lifecycleState = '' } = deployment
        return { specification, endpoint: url, state: lifecycleState }
      }),
    readSecret: (ocid, own) =>
      request('the secret', async () => {
        const client = placed(new SecretsClient(parameters, settings()), ocid, own ?? endpoint)
        const { Current } = requests.GetSecretBundleRequest.Stage
        const { secretBundle } = await client.getSecretBundle({ secretId: ocid, stage: Current })
        const content = secretBundle.secretBundleContent as
          Partial<models.Base64SecretBundleContentDetails> | undefined
        return Buffer.from(content?.content ?? '', 'base64')
      }),
  }
}

interface SdkClient {
  endpoint: string
  regionId: string
}

async function request<T>(what: string, read: () => Promise<T>): Promise<Result<T, OciFailure>> {
  try {
    return success(await read())
  } catch (error) {
    return failure({ what, ...causeOf(error) })
  }
}

function causeOf(error: unknown): Pick<OciFailure, 'status' | 'code'> {
  const { statusCode, serviceCode, name, code, cause, message } = error as Readonly<
    Record<string, unknown>
  >
  if (typeof statusCode === 'number' && statusCode >= 100) {
    return { status: statusCode, code: String(serviceCode) }
  }
  // The SDK wraps the cause of a failed connection, sometimes only as text.
  const inner = (cause ?? {}) as Readonly<Record<string, unknown>>
  const [named] = /\bE[A-Z_]{4,}\b|TimeoutError/.exec(String(message)) ?? []
  const codes = [inner['code'], code, named, name].filter((each) => typeof each === 'string')
  return { status: undefined, code: codes[0] ?? '' }
}

export function describeFailure({ what, status, code }: OciFailure): string {
  return status === undefined
    ? `OCI’s API does not answer for ${what}${code === '' ? '' : ` (${code})`}`
    : `OCI refuses ${what} (${status} ${code})`
}
