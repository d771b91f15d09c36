/**
 * Owns the wiring: the one place where concrete parts meet.
 * I/O: none of its own; it gives the parts that do I/O to those that need it.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createAuthorizer, type Authorize } from './authorizer.ts'
import { createClientCredentialsGrant } from './backend/client-credentials.ts'
import { createCredentialCache } from './backend/credential-cache.ts'
import { createIntrospectingVerifier } from './caller/introspection.ts'
import type { Config } from './config/model.ts'
import { createAskAsClient } from './oauth/client-exchange.ts'
import type { Clock } from './platform/clock.ts'
import { createHttp } from './platform/http.ts'
import type { Redacted } from './platform/redacted.ts'
import { createReadSecretBundle } from './vault/secret-bundle.ts'
import { createSecretStore } from './vault/secret-store.ts'

/** `region`: the platform's name of the region, for Vault's address. */
export const compose = (config: Config, region: string | undefined, clock: Clock): Authorize => {
  const http = createHttp()
  const readBundle = createReadSecretBundle(http, {
    endpoint: config.vaultSecretsEndpoint,
    region,
  })
  const secrets = createSecretStore(readBundle, config.secretTimeToLive, clock)
  const askAsClient = createAskAsClient(http, secrets)

  const [issuer] = config.issuers
  const [backend] = config.backends
  const grant = createClientCredentialsGrant(backend.grant, askAsClient, clock)
  return createAuthorizer({
    verifyCaller: createIntrospectingVerifier(issuer, askAsClient, clock),
    obtainCredential: createCredentialCache(backend.name, grant, backend.minTokenLifetime, clock),
    fingerprint: createFingerprint(),
    clock,
    tokenArgument: config.tokenArgument,
    maxDecision: config.maxDecision,
  })
}

/**
 * Tells tokens apart in the log without telling them: 16 hex digits of a hash with a key that
 * never leaves this process, so that nobody can try tokens against a log.
 */
const createFingerprint = (): ((token: Redacted) => string) => {
  const key = randomBytes(32)
  return (token) => createHmac('sha256', key).update(token.reveal()).digest('hex').slice(0, 16)
}
