/** The dependencies that the parts of a configuration share. */
import type { Config } from '../config/model.ts'
import { createSendAsClient, type SendAsClient } from '../oauth/send-as-client.ts'
import type { Chance } from '../platform/chance.ts'
import type { Clock } from '../platform/clock.ts'
import type { Http } from '../platform/http.ts'
import type { RequestKind, Tally } from '../platform/tally.ts'
import type { Warn } from '../reasons.ts'
import type { SecretCache } from '../vault/secret-cache.ts'

/** Access to everything outside the process, and to time and randomness. */
export interface Ports {
  readonly http: Http
  readonly secrets: SecretCache
  readonly clock: Clock
  readonly chance: Chance
  readonly warn: Warn
  readonly tally: Tally
}

/** The same ports, with each request counted by its kind for the summary in the log. */
export interface CountedPorts extends Omit<Ports, 'http' | 'tally'> {
  readonly http: (kind: RequestKind) => Http
  readonly sendAsClient: (kind: RequestKind) => SendAsClient
}

/** The requests that count against the rate limit of an identity domain, by kind. */
const RATE_LIMITED: readonly RequestKind[] = ['introspection', 'token']

/** Counts each request by its kind, and also those that use up the rate limit of a backend's domain. */
export function createCountedPorts({ backends }: Config, ports: Ports): CountedPorts {
  const domains = new Set(
    backends.flatMap(({ grant }) => (grant.kind === 'basic' ? [] : [hostOf(grant.tokenEndpoint)])),
  )
  const http = (kind: RequestKind): Http =>
    ports.tally.counting(
      ports.http,
      kind,
      (url) => RATE_LIMITED.includes(kind) && domains.has(hostOf(url)),
    )
  return {
    ...ports,
    http,
    sendAsClient: (kind) => createSendAsClient({ ...ports, http: http(kind) }),
  }
}

function hostOf(url: string): string {
  return new URL(url).host
}
