/** Reads an API deployment specification in its possible forms. */
import { isJsonObject, member } from '../../src/platform/json.ts'

export interface GivenDeployment {
  readonly specification: object
  /** Of the deployment; undefined if only the specification is given. */
  readonly endpoint: string | undefined
}

/**
 * The specification in `json`, which is the specification itself or the output of `oci api-gateway
 * deployment get`, with hyphens in its names and null for unset values. Undefined if there is none.
 */
export function readDeploymentJson(json: unknown): GivenDeployment | undefined {
  if (!isJsonObject(json)) return undefined
  const data = member(json, 'data')
  const deployment = isJsonObject(data) ? data : json
  const nested = member(deployment, 'specification')
  const specification = fromCommandLine(isJsonObject(nested) ? nested : deployment)
  const endpoint = member(deployment, 'endpoint')
  return isJsonObject(specification) && member(specification, 'routes') !== undefined
    ? {
        specification,
        endpoint: typeof endpoint === 'string' ? endpoint.replace(/\/+$/, '') : undefined,
      }
    : undefined
}

function fromCommandLine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromCommandLine)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([name, each]) => [
        name.replaceAll(/-([a-z0-9])/g, (_hyphen, letter: string) => letter.toUpperCase()),
        // The user chooses the names of parameters.
        name === 'parameters' ? each : fromCommandLine(each),
      ]),
  )
}
