/**
 * Owns the wiring: the one place where concrete parts meet.
 * I/O: none of its own; it gives the parts that do I/O to those that need it.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { createAuthorizer, type Authorize } from './authorizer.ts'
import { createClientCredentialsGrant } from './backend/client-credentials.ts'
import { createCredentialCache } from './backend/credential-cache.ts'
import { createDiscovery } from './caller/discovery.ts'
import { createIntrospect } from './caller/introspection.ts'
import { createCallerVerifier, type IssuerVerifier } from './caller/issuers.ts'
import { createFetchKeys } from './caller/jwks-endpoint.ts'
import { createJwtVerifier } from './caller/jwt-access-token.ts'
import { createRemoteKeys, createStaticKeys } from './caller/signing-keys.ts'
import { createIssuerVerifier } from './caller/verify-issuer.ts'
import type { Config, IssuerConfig, JwtConfig, Settings } from './config/model.ts'
import { fault, type Fault } from './decision.ts'
import { createAskAsClient, type AskAsClient } from './oauth/client-exchange.ts'
import type { Clock, Deadline } from './platform/clock.ts'
import { createHttp, type Http } from './platform/http.ts'
import type { Redacted } from './platform/redacted.ts'
import { failure, success, type Result } from './platform/result.ts'
import { createReadSecretBundle } from './vault/secret-bundle.ts'
import { createSecretStore, type SecretStore } from './vault/secret-store.ts'

/** What the parts need of the outside. */
export interface World {
  readonly http: Http
  readonly secrets: SecretStore
  readonly clock: Clock
}

/** `region`: the platform's name of the region, for Vault's address. */
export const createWorld = (
  settings: Settings,
  region: string | undefined,
  clock: Clock,
): World => {
  const http = createHttp()
  const vault = { endpoint: settings.vaultSecretsEndpoint, region }
  const readBundle = createReadSecretBundle(http, vault)
  return { http, secrets: createSecretStore(readBundle, settings.secretTimeToLive, clock), clock }
}

export const compose = (config: Config, settings: Settings, world: World): Authorize => {
  const { http, secrets, clock } = world
  const askAsClient = createAskAsClient(http, secrets)
  const [backend] = config.backends
  const grant = createClientCredentialsGrant(backend.grant, askAsClient, clock)
  return createAuthorizer({
    verifyCaller: createCallerVerifier(
      config.issuers.map((issuer) => issuerVerifier(issuer, askAsClient, world)),
    ),
    obtainCredential: createCredentialCache(backend.name, grant, backend.minTokenLifetime, clock),
    fingerprint: createFingerprint(),
    clock,
    tokenArgument: settings.tokenArgument,
    maxDecision: settings.maxDecision,
  })
}

const issuerVerifier = (
  issuer: IssuerConfig,
  askAsClient: AskAsClient,
  world: World,
): IssuerVerifier => {
  const { jwt, introspection } = issuer
  const locate = createLocate(issuer, world)
  return {
    issuer,
    verify: createIssuerVerifier(
      issuer,
      jwt &&
        createJwtVerifier(issuer, jwt, signingKeys(jwt, locate, askAsClient, world), world.clock),
      introspection &&
        createIntrospect(issuer, introspection, {
          locate: locate(introspection.endpoint, 'introspection_endpoint'),
          askAsClient,
          clock: world.clock,
        }),
    ),
  }
}

const signingKeys = (
  { keys }: JwtConfig,
  locate: Locate,
  askAsClient: AskAsClient,
  world: World,
) =>
  keys.kind === 'static'
    ? createStaticKeys(keys.keys)
    : createRemoteKeys(
        createFetchKeys(locate(keys.uri, 'jwks_uri'), keys.access, { ...world, askAsClient }),
        world.clock,
      )

/** Gives the configured address, or has it discovered. */
type Locate = (
  configured: string | undefined,
  name: 'jwks_uri' | 'introspection_endpoint',
) => (deadline: Deadline) => Promise<Result<string, Fault>>

const createLocate = ({ discovery }: IssuerConfig, { http, clock }: World): Locate => {
  const discover = discovery && createDiscovery(discovery, http, clock)
  return (configured, name) => async (deadline) => {
    if (configured !== undefined) return success(configured)
    return discover?.(name, deadline) ?? failure(fault('discovery_unusable', { detail: name }))
  }
}

/**
 * Tells tokens apart in the log without telling them: 16 hex digits of a hash with a key that
 * never leaves this process, so that nobody can try tokens against a log. As a key object it is
 * prepared once: as bytes it costs Node 24 more than the hash itself.
 */
const createFingerprint = (): ((token: Redacted) => string) => {
  const key = createSecretKey(randomBytes(32))
  return (token) => createHmac('sha256', key).update(token.reveal()).digest('hex').slice(0, 16)
}
