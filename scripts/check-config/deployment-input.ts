/** The forms in which an API deployment specification is given. */
import { isJsonObject, member } from '../../src/platform/json.ts'

export interface GivenDeployment {
  readonly specification: object
  /** Of the deployment; undefined where only the specification is given. */
  readonly endpoint: string | undefined
}

/**
 * The specification in `json`: itself, or in what `oci api-gateway deployment get` prints, whose members
 * have hyphens, and null for what is not set. Undefined where there is none.
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

/** The names in these are the user's own. */
const MAPS = ['parameters']

function fromCommandLine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromCommandLine)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([name, each]) => [
        name.replaceAll(/-([a-z0-9])/g, (_hyphen, letter: string) => letter.toUpperCase()),
        MAPS.includes(name) ? each : fromCommandLine(each),
      ]),
  )
}
