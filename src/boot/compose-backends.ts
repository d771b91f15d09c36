import { createBackendRouter } from '../backend/backends.ts'
import { createBasicSource } from '../backend/basic.ts'
import { createClientCredentialsGrant } from '../backend/client-credentials.ts'
import { createCredentialCache } from '../backend/credential-cache.ts'
import type { CredentialSource, Grant } from '../backend/credential.ts'
import { createJwtBearerGrant, type JwtBearerPorts } from '../backend/jwt-bearer.ts'
import { createIssuedTokenCheck } from '../backend/issued-token-check.ts'
import { createTokenExchangeGrant } from '../backend/token-exchange.ts'
import type { BackendConfig, BasicGrantConfig, Config, GrantConfig } from '../config/model.ts'
import { createRequestToken } from '../oauth/token-endpoint.ts'
import type { CountedPorts } from './ports.ts'

export function composeBackends(
  { backends, issuers }: Config,
  ports: CountedPorts,
): CredentialSource {
  const grantPorts = { ...ports, providerOf: createProviderOf(issuers) }
  return createBackendRouter(
    backends.map((backend) => ({
      condition: backend.condition,
      source: credentialSource(backend, grantPorts),
    })),
  )
}

/** The shared ports, and what `jwt_bearer` needs in addition. */
type GrantPorts = CountedPorts & Pick<JwtBearerPorts, 'providerOf'>

/** Looks up the provider of an issuer by its name in the configuration. */
export function createProviderOf(issuers: Config['issuers']): JwtBearerPorts['providerOf'] {
  const providers = new Map(issuers.map(({ name, provider }) => [name, provider]))
  return (issuer) => providers.get(issuer)
}

function credentialSource(backend: BackendConfig, ports: GrantPorts): CredentialSource {
  const { name, grant, minTokenLifetime: minLifetime } = backend
  if (grant.kind === 'basic') return createBasicSource(name, grant, ports.secrets)
  const expected = {
    scope: grant.scope,
    audience: 'audience' in grant ? grant.audience : undefined,
  }
  const onIssued = createIssuedTokenCheck(name, expected, ports.warn)
  return createCredentialCache(
    { backend: name, minLifetime, onIssued },
    createGrant(grant, ports),
    ports,
  )
}

export function createGrant(
  grant: Exclude<GrantConfig, BasicGrantConfig>,
  ports: GrantPorts,
): Grant {
  const requestToken = createRequestToken(ports.sendAsClient('token'), ports.clock)
  switch (grant.kind) {
    case 'client_credentials':
      return createClientCredentialsGrant(grant, requestToken)
    case 'jwt_bearer':
      return createJwtBearerGrant(grant, { ...ports, requestToken })
    case 'token_exchange':
      return createTokenExchangeGrant(grant, requestToken)
  }
}
