import { createCredentialSource } from '../backend/backends.ts'
import { createBasicSource } from '../backend/basic.ts'
import { createClientCredentialsGrant } from '../backend/client-credentials.ts'
import { createCredentialCache } from '../backend/credential-cache.ts'
import type { CredentialSource, Grant, Subject } from '../backend/credential.ts'
import { createJwtBearerGrant, type JwtBearerPorts } from '../backend/jwt-bearer.ts'
import { createTokenCheck } from '../backend/token-check.ts'
import { createTokenExchangeGrant } from '../backend/token-exchange.ts'
import type { BackendConfig, Config } from '../config/model.ts'
import { createRequestToken } from '../oauth/token-request.ts'
import type { CountedPorts } from './ports.ts'

export function composeBackends(
  { backends, issuers }: Config,
  ports: CountedPorts,
): CredentialSource {
  const providers = new Map(issuers.map(({ name, preset }) => [name, preset]))
  const providerOf = (issuer: string) => providers.get(issuer)
  return createCredentialSource(
    backends.map((backend) => ({
      condition: backend.condition,
      source: credentialSource(backend, { ...ports, providerOf }),
    })),
  )
}

function credentialSource(
  backend: BackendConfig,
  ports: CountedPorts & Pick<JwtBearerPorts, 'providerOf'>,
): CredentialSource {
  const { grant } = backend
  const requestToken = createRequestToken(ports.askAsClient('token'), ports.clock)
  const cached = <S extends Subject>(made: Grant<S>, audience?: string): CredentialSource => {
    const expected = { scope: 'scope' in grant ? grant.scope : undefined, audience }
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
  switch (grant.kind) {
    case 'client_credentials':
      return cached(createClientCredentialsGrant(grant, requestToken))
    case 'jwt_bearer':
      return cached(createJwtBearerGrant(grant, { ...ports, requestToken }))
    case 'token_exchange':
      return cached(createTokenExchangeGrant(grant, requestToken), grant.audience)
    case 'basic':
      return createBasicSource(backend.name, grant, ports.secrets)
  }
}
