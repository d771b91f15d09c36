/** Obtains a token for each backend, and checks whether Oracle Integration accepts it. */
import { createBasicSource } from '../../src/backend/basic.ts'
import type { BackendCall, ObtainedCredential } from '../../src/backend/credential.ts'
import { createGrant, createProviderOf } from '../../src/boot/compose-backends.ts'
import { ACTS_FOR_USER, type BackendConfig } from '../../src/config/model.ts'
import type { Denial, Fault } from '../../src/decision.ts'
import type { JsonObject } from '../../src/platform/json.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, type Result } from '../../src/platform/result.ts'
import { callBackend } from './backend-call.ts'
import { checkToken, failedToken } from './backend-token.ts'
import { skip, type Check } from './check.ts'
import { newDeadline, type Setup } from './setup.ts'

export interface BackendsReview {
  readonly checks: readonly Check[]
  /** The size of the longest `Authorization` header; undefined if no token was obtained. */
  readonly authorizationBytes: number | undefined
}

/** A permitted caller and its backend. */
export interface CallerOfBackend {
  readonly call: BackendCall
  readonly backend: string
}

/**
 * `oic`: the origin of Oracle Integration; default: that of the backend's scope. `caller`: for grants in
 * the caller's name; undefined without a permitted token.
 */
export async function checkBackends(
  setup: Setup,
  oic: string | undefined,
  caller?: CallerOfBackend,
): Promise<BackendsReview> {
  const checks: Check[] = []
  let authorizationBytes: number | undefined
  for (const backend of setup.config.backends) {
    const about = ['backend token', backend.name] as const
    const isOfCaller = caller?.backend === backend.name
    if (ACTS_FOR_USER[backend.grant.kind] && !isOfCaller) {
      const reason = `${backend.grant.kind} requests it in the caller’s name: give a token for this backend on standard input`
      checks.push(skip(about, reason))
      continue
    }
    const obtained = await obtain(setup, backend, caller?.call)
    if (!obtained.ok) {
      checks.push(await failedToken(setup, backend, obtained.error))
      continue
    }
    const { authorization } = obtained.value
    const bytes = Buffer.byteLength(authorization.reveal())
    authorizationBytes = Math.max(bytes, authorizationBytes ?? 0)
    checks.push(
      checkToken(backend, obtained.value, setup),
      await callBackend(setup, backend, authorization, oic),
    )
  }
  return { checks, authorizationBytes }
}

async function obtain(
  { config, ports }: Setup,
  { name, grant }: BackendConfig,
  call: BackendCall | undefined,
): Promise<Result<Pick<ObtainedCredential, 'authorization' | 'expiresAt'>, Denial | Fault>> {
  if (grant.kind === 'basic')
    return createBasicSource(name, grant, ports.secrets).obtain(NO_CALL, newDeadline())
  const grantPorts = { ...ports, providerOf: createProviderOf(config.issuers) }
  const request = createGrant(grant, grantPorts).requestFor(call ?? NO_CALL)
  if (!request.ok) return request
  const issued = await request.value.send(newDeadline())
  return issued.ok ? issued : failure(issued.error.fault)
}

/** Basic credentials and those of the application do not depend on the caller. */
const NO_CALL: BackendCall = {
  token: new Redacted(''),
  issuer: '',
  clientId: undefined,
  tokenScope: [],
  claims: {} as unknown as JsonObject,
  arguments: undefined,
}
