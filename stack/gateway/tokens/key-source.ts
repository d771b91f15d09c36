/** The keys of a policy: from the specification, or from a JWK Set that is cached for hours. */
import type { RequestScope } from '../engine.ts'
import { fetchJson } from './identity-provider.ts'
import type { TokenKeys } from './policy-check.ts'
import { readJsonWebKeySet, readStaticKey, type PublicKey } from './public-keys.ts'
import type { FindKey } from './verify-jwt.ts'

type Family = 'jwtAuthentication' | 'tokenAuthentication'

export function keysOf(policy: TokenKeys, family: Family, scope: RequestScope): FindKey {
  const { keySets, settings } = scope.engine
  return async (kid) => {
    if (policy.type === 'STATIC_KEYS') {
      const found = policy.keys.find((one) => one.kid === kid)
      const read = found && readStaticKey(found, settings)
      return read && 'problem' in read ? undefined : read
    }
    const place = JSON.stringify([scope.deployment, policy.uri])
    const kept = keySets.get(place)
    const key = kept?.find((one) => one.kid === kid)
    if (kept && (key || !settings.refetchOnUnknownKid)) return key

    const fetched = await fetchKeys(policy.uri, family, scope)
    if (!fetched) return 'unavailable'
    keySets.put(place, fetched, (policy.maxCacheDurationInHours ?? 1) * 3600)
    return fetched.find((one) => one.kid === kid)
  }
}

/** A failure is not cached, and expired keys are not used: "all requests" get a 500. */
async function fetchKeys(
  uri: string,
  family: Family,
  { engine, log }: RequestScope,
): Promise<readonly PublicKey[] | undefined> {
  log(`${family}.loadingJsonWebKeySet`, 'INFO', uri)
  const document = await fetchJson({ url: uri }, engine)
  if ('problem' in document) {
    log('authentication.idpCallFailed', 'ERROR', `${uri} ${document.problem}`)
    return undefined
  }
  const keys = readJsonWebKeySet(document.json, engine.settings)
  if (!keys) log(`${family}.badJsonWebKeySet`, 'ERROR', uri)
  return keys
}
