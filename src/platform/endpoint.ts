/**
 * Owns which addresses may be called at all.
 * Pure.
 */

/** What is wrong with the address, in words that do not repeat it; undefined where nothing is. */
export function endpointProblem(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return 'is no address'
  if (!isTrustworthy(url)) return 'is not https'
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return 'has credentials or a fragment in it'
  }
  return undefined
}

function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
