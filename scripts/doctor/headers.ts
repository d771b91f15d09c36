/** Checks whether the headers that a deployment sets fit into a request. */
import { routesOf } from '../check-config/deployment-specification.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'

/** API Gateway limits: method, URI and all headers of a request together. */
export const MAX_HEADER_BYTES = 8 * 1024
/** The caller's headers need the rest. */
export const LARGE_HEADER_BYTES = 6 * 1024

/**
 * `authorizationBytes`: the size of the backend's credential; `context`: the function's values for the
 * gateway. Each is undefined if unknown.
 */
export function checkHeaderSizes(
  deployment: unknown,
  authorizationBytes: number | undefined,
  context: Readonly<Record<string, string>> | undefined,
): readonly Check[] {
  if (deployment === undefined) return []
  const about = ['deployment', 'header sizes'] as const
  if (authorizationBytes === undefined) return [skip(about, 'no token for a back end was obtained')]
  const sizeOf = (value: string): number =>
    value.split(VARIABLE).reduce((sum, part, index) => {
      // Odd parts are the variables' names.
      if (index % 2 === 0) return sum + Buffer.byteLength(part)
      if (part === 'back_end_token') return sum + authorizationBytes
      return sum + Buffer.byteLength(context?.[part] ?? '')
    }, 0)
  const routes = routesOf(deployment).map(({ path, headers }) => {
    const sizes = headers.flatMap(({ name, values = [] }) =>
      values.map((value) => ({ name, bytes: name.length + ': \r\n'.length + sizeOf(value) })),
    )
    return { path, sizes, bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0) }
  })
  const [largest] = routes.sort((one, other) => other.bytes - one.bytes)
  if (largest === undefined) return []
  const names = largest.sizes
    .sort((one, other) => other.bytes - one.bytes)
    .map(({ name, bytes }) => `${name} ${bytes}`)
  const detail = `${largest.path} sets ${largest.bytes} bytes of headers (${names.join(', ')})${context === undefined ? ', without the values of claims' : ''}`
  if (largest.bytes <= LARGE_HEADER_BYTES) return [ok(about, detail)]
  return [(largest.bytes > MAX_HEADER_BYTES ? fail : warn)(about, detail, REMEDY)]
}

const VARIABLE = /\$\{request\.auth\[([^[\]]+)\]\}/

const REMEDY =
  'A request has 8 KB for all headers. Set fewer headers, remove large claims from context_claims, or issue the token with fewer claims and scopes.'
