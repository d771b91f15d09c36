/** Grants with a recording token endpoint, and failures of token requests. */
import type { CredentialFailure, FailureReach } from '../../../src/backend/credential.ts'
import { createClientCredentialsGrant } from '../../../src/backend/client-credentials.ts'
import { createJwtBearerGrant } from '../../../src/backend/jwt-bearer.ts'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import type {
  IssuerConfig,
  JwtBearerGrantConfig,
  TokenExchangeGrantConfig,
} from '../../../src/config/model.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import type { TokenFailure } from '../../../src/oauth/token-endpoint.ts'
import type { FaultReason } from '../../../src/reasons.ts'
import { recordingSecretCache } from '../support/secret-caches.ts'
import { StandingClock } from '../support/time.ts'
import { recordingTokenEndpoint, REGISTRATION } from '../support/tokens-for-backends.ts'

export const CLIENT_CREDENTIALS = {
  kind: 'client_credentials',
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: 'https://0A.integration.example:443urn:opc:resource:consumer::all',
} as const

export const JWT_BEARER: JwtBearerGrantConfig = {
  kind: 'jwt_bearer',
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: 'urn:opc:resource:consumer::all',
  subjectClaim: 'sub',
  acceptsUserControlledClaim: false,
  assertionKeyOcid: undefined,
}

export const TOKEN_EXCHANGE: TokenExchangeGrantConfig = {
  kind: 'token_exchange',
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: undefined,
  audience: undefined,
  resource: undefined,
  subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
}

/** Failures of the token endpoint and the credential failures that result. */
export const TOKEN_FAILURES = [
  ['unavailable', 'timed_out', failed('token_endpoint_unavailable', 'timed_out', 'unclear')],
  ['refused', 'access_denied', failed('credential_refused', 'access_denied', 'caller')],
  ['unusable', 'not_json', failed('credential_unusable', 'not_json', 'caller')],
] as const

function failed(reason: FaultReason, detail: string, reach: FailureReach): CredentialFailure {
  return { fault: fault(reason, { detail }), reach }
}

export interface GrantOptions {
  readonly config?: Partial<JwtBearerGrantConfig>
  /** The content of every secret. */
  readonly vault?: string | Fault
  readonly outcome?: TokenFailure
  readonly provider?: IssuerConfig['provider']
}

export function createJwtGrant({ config, vault = '', outcome, provider }: GrantOptions = {}) {
  const { secrets, reads } = recordingSecretCache(vault)
  const { requests, requestToken } = recordingTokenEndpoint(outcome)
  const grant = createJwtBearerGrant(
    { ...JWT_BEARER, ...config },
    { requestToken, secrets, clock: new StandingClock(), providerOf: () => provider },
  )
  return { grant, reads, requests }
}

/** The grants of a token endpoint that fails. */
export function createFailingGrants(outcome: TokenFailure) {
  const { requestToken } = recordingTokenEndpoint(outcome)
  return {
    client_credentials: createClientCredentialsGrant(CLIENT_CREDENTIALS, requestToken),
    token_exchange: createTokenExchangeGrant(TOKEN_EXCHANGE, requestToken),
    jwt_bearer: createJwtGrant({ outcome }).grant,
  }
}
