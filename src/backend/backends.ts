import type { BackendCondition } from '../config/model.ts'
import { denial, type Denial } from '../decision.ts'
import { member, stringOrStrings } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { BackendCall, CredentialSource } from './credential.ts'

export interface Backend {
  /** Undefined matches every call. */
  readonly condition: BackendCondition | undefined
  readonly source: CredentialSource
}

/** Uses the first backend whose condition the call meets. A call that meets none is denied. */
export function createBackendRouter(backends: readonly Backend[]): CredentialSource {
  return {
    obtain: async (call, deadline, prepared) => {
      const backend = chooseBackend(backends, call)
      return backend.ok ? backend.value.source.obtain(call, deadline, prepared) : backend
    },
    prepare: (deadline) => {
      // With several backends, which one is needed depends on the caller.
      const [only, ...others] = backends
      const isCertain = others.length === 0 && only?.condition === undefined
      return isCertain ? only?.source.prepare(deadline) : undefined
    },
  }
}

export function chooseBackend<B extends Pick<Backend, 'condition'>>(
  backends: readonly B[],
  call: BackendCall,
): Result<B, Denial> {
  const backend = backends.find(
    ({ condition }) => condition === undefined || meets(call, condition),
  )
  return backend === undefined ? failure(denial('backend_unmatched')) : success(backend)
}

function meets(call: BackendCall, condition: BackendCondition): boolean {
  const { issuers, clients, scopes } = condition
  return (
    (issuers === undefined || issuers.includes(call.issuer)) &&
    (clients === undefined || (call.clientId !== undefined && clients.includes(call.clientId))) &&
    (scopes === undefined || call.tokenScope.some((scope) => scopes.includes(scope))) &&
    condition.arguments.every(({ name, values }) => hasArgument(call, name, values))
  )
}

/** An argument with more than one value is ambiguous and meets no condition. */
function hasArgument(call: BackendCall, name: string, values: readonly string[]): boolean {
  const given = call.arguments === undefined ? undefined : member(call.arguments, name)
  const [value, ...more] = stringOrStrings(given) ?? []
  return more.length === 0 && value !== undefined && values.includes(value)
}
