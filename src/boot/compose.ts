/** Connects the parts. Implementations are chosen in this folder only. */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { createAuthorizer, type Authorize } from '../authorizer.ts'
import { composeBackends } from './compose-backends.ts'
import { composeCallers } from './compose-callers.ts'
import { createCountedPorts, type Ports } from './ports.ts'
import type { Config, Settings } from '../config/model.ts'
import { systemChance } from '../platform/chance.ts'
import type { Clock } from '../platform/clock.ts'
import { createHttp } from '../platform/http.ts'
import type { Log } from '../platform/log.ts'
import type { Redacted } from '../platform/redacted.ts'
import { Tally } from '../platform/tally.ts'
import { WARNING_REASONS, type Warn } from '../reasons.ts'
import { createReadSecret } from '../vault/read-secret.ts'
import { createSecretCache } from '../vault/secret-cache.ts'

/** `region`: the platform's name of the region, for Vault's address. */
export function createPorts(
  settings: Settings,
  region: string | undefined,
  clock: Clock,
  log: Log,
): Ports {
  const tally = new Tally()
  const ports = { http: createHttp(), clock, chance: systemChance, warn: createWarn(log), tally }
  const vault = { endpoint: settings.vaultSecretsEndpoint, region }
  const http = tally.counting(ports.http, 'secret')
  const readSecret = createReadSecret(http, vault, ports.chance)
  const secrets = createSecretCache(settings.secretTimeToLive, { ...ports, readSecret })
  return { ...ports, secrets }
}

export function compose(config: Config, settings: Settings, ports: Ports): Authorize {
  const counted = createCountedPorts(config, ports)
  return createAuthorizer({
    verifyCaller: composeCallers(config, counted),
    credentials: composeBackends(config, counted),
    fingerprint: createFingerprint(),
    clock: ports.clock,
    tokenArgument: settings.tokenArgument,
    maxDecision: settings.maxDecision,
  })
}

/** Bounds the memory for warnings already logged. */
const MAX_WARNINGS = 100

/** Logs each warning once per instance. */
function createWarn(log: Log): Warn {
  const logged = new Set<string>()
  return (reason, about) => {
    const key = JSON.stringify([reason, about])
    if (logged.has(key) || logged.size >= MAX_WARNINGS) return
    logged.add(key)
    log('warn', 'warning', { reason, ...about, ...WARNING_REASONS[reason] })
  }
}

/**
 * Identifies a token in the log without revealing it: the first 16 hex digits of an HMAC with a key
 * that never leaves this process, so that nobody can check guessed tokens against a log. The key is a
 * `KeyObject`, because importing it from bytes for each call costs Node 24 more than the hash itself.
 */
export function createFingerprint(): (token: Redacted) => string {
  const key = createSecretKey(randomBytes(32))
  return (token) => createHmac('sha256', key).update(token.reveal()).digest('hex').slice(0, 16)
}
