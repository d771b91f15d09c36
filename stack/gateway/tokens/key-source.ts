/**
 * The keys of a policy: from the specification, or from a JWK Set that is cached for hours.
 */
import type { Log } from '../execution-log.ts'
import type { ExpiringMap } from '../expiring-map.ts'
import type { Origins } from '../http-backend.ts'
import type { GatewaySettings } from '../settings.ts'
import { fetchJson } from './identity-provider.ts'
import type { TokenKeys } from './policy-check.ts'
import { readJsonWebKeySet, readStaticKey, type PublicKey } from './public-keys.ts'
import type { FindKey } from './verify-jwt.ts'

export interface KeySource {
  readonly origins: Origins
  readonly keySets: ExpiringMap<readonly PublicKey[]>
  readonly settings: GatewaySettings
}

export function keysOf(
  source: KeySource,
  policy: TokenKeys,
  deployment: string,
  family: 'jwtAuthentication' | 'tokenAuthentication',
  log: Log,
): FindKey {
  return async (kid) => {
    if (policy.type === 'STATIC_KEYS') {
      const found = policy.keys.find((one) => one.kid === kid)
      const read = found && readStaticKey(found, source.settings)
      return read && 'problem' in read ? undefined : read
    }
    const place = JSON.stringify([deployment, policy.uri])
    const kept = source.keySets.get(place)
    const key = kept?.find((one) => one.kid === kid)
    if (kept && (key || !source.settings.refetchOnUnknownKid)) return key

    const fetched = await fetchKeys(source, policy.uri, family, log)
    if (!fetched) return 'unavailable'
    source.keySets.put(place, fetched, (policy.maxCacheDurationInHours ?? 1) * 3600)
    return fetched.find((one) => one.kid === kid)
  }
}

/** A failure is not kept, and the last good keys do not help it over: "all requests" get a 500. */
async function fetchKeys(
  { origins, settings }: KeySource,
  uri: string,
  family: 'jwtAuthentication' | 'tokenAuthentication',
  log: Log,
): Promise<readonly PublicKey[] | undefined> {
  log(`${family}.loadingJsonWebKeySet`, 'INFO', uri)
  const document = await fetchJson({ url: uri }, origins, settings.identityProviderTimeoutSeconds)
  if ('problem' in document) {
    log('authentication.idpCallFailed', 'ERROR', `${uri} ${document.problem}`)
    return undefined
  }
  const keys = readJsonWebKeySet(document.json, settings)
  if (!keys) log(`${family}.badJsonWebKeySet`, 'ERROR', uri)
  return keys
}
