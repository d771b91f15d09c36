import { createCredentialSource } from '../backend/backends.ts'
import { createBasicSource } from '../backend/basic.ts'
import { createClientCredentialsGrant } from '../backend/client-credentials.ts'
import { createCredentialCache } from '../backend/credential-cache.ts'
import type { CredentialSource, Grant, Subject } from '../backend/credential.ts'
import { createJwtBearerGrant, type JwtBearerPorts } from '../backend/jwt-bearer.ts'
import { createTokenCheck } from '../backend/token-check.ts'
import { createTokenExchangeGrant } from '../backend/token-exchange.ts'
import type { BackendConfig, BasicGrantConfig, Config, GrantConfig } from '../config/model.ts'
import { createRequestToken } from '../oauth/token-endpoint.ts'
import type { CountedPorts } from './ports.ts'

export function composeBackends(
  { backends, issuers }: Config,
  ports: CountedPorts,
): CredentialSource {
  const grantPorts = { ...ports, providerOf: createProviderOf(issuers) }
  return createCredentialSource(
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
  const { grant } = backend
  const cached = <S extends Subject>(made: Grant<S>): CredentialSource => {
    const expected = {
      scope: 'scope' in grant ? grant.scope : undefined,
      audience: 'audience' in grant ? grant.audience : undefined,
    }
    return createCredentialCache(
      {
        backend: backend.name,
        minLifetime: backend.minTokenLifetime,
        onIssued: createTokenCheck(backend.name, expected, ports.warn),
      },
      made,
      ports,
    )
  }
  return grant.kind === 'basic'
    ? createBasicSource(backend.name, grant, ports.secrets)
    : withGrant(grant, ports, cached)
}

/** Passes the implementation of the configured grant to `use`. */
export function withGrant<T>(
  grant: Exclude<GrantConfig, BasicGrantConfig>,
  ports: GrantPorts,
  use: <S extends Subject>(grant: Grant<S>) => T,
): T {
  const requestToken = createRequestToken(ports.sendAsClient('token'), ports.clock)
  switch (grant.kind) {
    case 'client_credentials':
      return use(createClientCredentialsGrant(grant, requestToken))
    case 'jwt_bearer':
      return use(createJwtBearerGrant(grant, { ...ports, requestToken }))
    case 'token_exchange':
      return use(createTokenExchangeGrant(grant, requestToken))
  }
}
