/** Reads a secret from OCI Vault as this function's resource principal. No other file imports oci-*. */
import type * as OciCommon from 'oci-common'
import type { models } from 'oci-secrets'
import { fault, type Fault } from '../decision.ts'
import type { Chance } from '../platform/chance.ts'
import type { Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer } from '../platform/http.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'

/** A rotation turns the `CURRENT` version into the `PREVIOUS` one (Oracle, “Managing Secrets”). */
export type SecretStage = 'CURRENT' | 'PREVIOUS'

/** Reads the secret version in this stage. */
export type ReadSecret = (
  secretOcid: string,
  stage: SecretStage,
  deadline: Deadline,
) => Promise<Result<Redacted, Fault>>

export interface VaultSettings {
  /** Origin of the Secret Retrieval API, without its version. Default: the region's. */
  readonly endpoint: string | undefined
  /** Region identifier such as `eu-frankfurt-1`; required if there is no endpoint. */
  readonly region: string | undefined
}

/** The SDK's default of 8 attempts, up to 30 s apart, takes longer than any caller waits. */
const ATTEMPTS = 2
const RETRY_DELAY_SECONDS = 0.2
const RETRY_SPREAD_SECONDS = 0.1

/**
 * `GetSecretBundle` of the Secret Retrieval API (version 20190301) through Oracle's SDK, which also
 * signs the request. Only the transport is ours: the SDK's has no time limit, no size limit, and
 * follows redirects. The resource principal is read for each request, because the platform replaces
 * its files in place.
 */
export function createReadSecret(http: Http, settings: VaultSettings, chance: Chance): ReadSecret {
  return async (secretOcid, stage, deadline) => {
    const [{ default: common }, { SecretsClient, requests }] = await Promise.all([
      import('oci-common'),
      import('oci-secrets'),
    ])
    const hasAddress = settings.endpoint !== undefined || settings.region !== undefined
    let detail = hasAddress ? 'resource_principal_unusable' : 'region_missing'
    try {
      const principal = common.ResourcePrincipalAuthenticationDetailsProvider.builder()
      const signer = new common.DefaultRequestSigner(principal)
      const send = async (request: OciCommon.HttpRequest): Promise<Response> => {
        // With this header, the signer does not use its deprecated URL parser.
        request.headers.set('host', new URL(request.uri).host)
        await signer.signHttpRequest(request)
        const exchange = await http(
          { method: 'GET', url: request.uri, headers: Object.fromEntries(request.headers) },
          deadline,
        )
        if (!exchange.ok) {
          detail = exchange.error
          throw new TransportError(deadline.remaining() > 0)
        }
        const { status } = exchange.value
        detail = status === 200 ? 'not_json' : `status_${status}`
        return toResponse(exchange.value)
      }
      const client = new SecretsClient(
        { httpClient: { send } },
        {
          circuitBreaker: new common.CircuitBreaker({ disableClientCircuitBreaker: true }),
          retryConfiguration: {
            terminationStrategy: new common.MaxAttemptsTerminationStrategy(ATTEMPTS),
            delayStrategy: { delay: () => RETRY_DELAY_SECONDS + RETRY_SPREAD_SECONDS * chance() },
          },
        },
      )
      if (settings.endpoint !== undefined) client.endpoint = settings.endpoint
      else if (settings.region !== undefined) client.regionId = regionId(common, settings.region)
      const { Current, Previous } = requests.GetSecretBundleRequest.Stage
      const { secretBundle } = await client.getSecretBundle({
        secretId: secretOcid,
        stage: stage === 'CURRENT' ? Current : Previous,
      })
      return readContent(secretBundle)
    } catch {
      return failure(fault('secret_unavailable', { detail }))
    }
  }
}

/** The platform may name a region by its code, such as `phx`; Oracle's own provider handles both. */
function regionId({ Region }: typeof OciCommon, region: string): string {
  return (
    Region.values().find(({ regionCode }) => regionCode === region.toLowerCase())?.regionId ??
    region
  )
}

/** The SDK retries a failed request if this member is true. */
class TransportError extends Error {
  readonly shouldBeRetried: boolean

  constructor(shouldBeRetried: boolean) {
    super('the exchange with Vault failed')
    this.shouldBeRetried = shouldBeRetried
  }
}

/** The part of `Response` that the SDK uses. The body of an error is dropped: the SDK would print it. */
function toResponse({ status, header, body }: HttpAnswer): Response {
  const text = status === 200 ? new TextDecoder().decode(body) : ''
  const response = {
    status,
    ok: status === 200,
    headers: { get: header },
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text) as unknown),
  }
  return response as unknown as Response
}

function readContent(bundle: models.SecretBundle): Result<Redacted, Fault> {
  const content = bundle.secretBundleContent as
    Partial<models.Base64SecretBundleContentDetails> | undefined
  if (typeof content?.content !== 'string') {
    return failure(fault('secret_unusable', { detail: 'content_missing' }))
  }
  try {
    const bytes = Buffer.from(content.content, 'base64')
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text === ''
      ? failure(fault('secret_unusable', { detail: 'empty' }))
      : success(new Redacted(text))
  } catch {
    return failure(fault('secret_unusable', { detail: 'not_utf8' }))
  }
}
