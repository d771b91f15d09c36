/**
 * What is wrong with the URL of an endpoint, or undefined if nothing is. The text does not repeat the
 * URL, which may contain a secret. Endpoints must be https; http is accepted for loopback only.
 */
export function endpointProblem(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return 'is not a URL'
  if (!isTrustworthy(url)) return 'is not https'
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return 'contains credentials or a fragment'
  }
  return undefined
}

/**
 * The same for a URL in a document. Loopback is for local runs: a document that was fetched from
 * another host must not send requests there.
 */
export function discoveredEndpointProblem(
  address: string,
  documentAddress: string,
): string | undefined {
  const problem = endpointProblem(address)
  if (problem !== undefined || isThisMachine(new URL(documentAddress).hostname)) return problem
  return isThisMachine(new URL(address).hostname) ? 'is a loopback address' : undefined
}

function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** Loopback by any name (RFC 6761 §6.3, RFC 4291 §2.5.5), and the unspecified address. */
function isThisMachine(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  return (
    isLoopback(name) ||
    name.endsWith('.localhost') ||
    ['0.0.0.0', '[::]', '[::ffff:0:0]'].includes(name) ||
    /^\[::(ffff:)?7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(name)
  )
}
