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

function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
