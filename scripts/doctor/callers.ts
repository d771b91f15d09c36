/** Checks each issuer's keys and introspection endpoint. */
import { createLocate, signingKeys } from '../../src/boot/compose-callers.ts'
import type { IntrospectionConfig, IssuerConfig, JwtConfig } from '../../src/config/model.ts'
import type { Fault } from '../../src/decision.ts'
import { createIntrospector } from '../../src/caller/introspection.ts'
import type { TrustedKey } from '../../src/caller/json-web-key.ts'
import {
  isSameAlgorithm,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
} from '../../src/oauth/signature-algorithms.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { fail, ok, skip, type Check } from './check.ts'
import { remedyOfPath, remedyOfRefusedClient } from './refused-client.ts'
import { isNotGiven, meaningOf, newDeadline, remedyOf, type Setup } from './setup.ts'

/** A token that no provider has issued. */
export const INVALID_TOKEN = 'invalid-token-of-the-doctor'

export async function checkCallers(setup: Setup): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const issuer of setup.config.issuers) {
    if (issuer.jwt !== undefined) checks.push(await checkKeys(setup, issuer, issuer.jwt))
    if (issuer.introspection !== undefined) {
      checks.push(await checkIntrospection(setup, issuer, issuer.introspection))
    }
  }
  return checks
}

async function checkKeys(setup: Setup, issuer: IssuerConfig, jwt: JwtConfig): Promise<Check> {
  const about = ['keys', issuer.name] as const
  const { ports } = setup
  const keys = signingKeys(issuer.name, jwt, createLocate(issuer, ports), ports)
  const current = await keys.current(newDeadline())
  if (!current.ok) {
    return isNotGiven(current.error)
      ? skip(about, 'needs the client’s secret')
      : fail(about, meaningOf(current.error), await remedyOfKeys(setup, jwt, current.error))
  }
  const all = current.value.keys
  const usable = all.filter((key) => jwt.algorithms.some((alg) => fits(key, alg)))
  const found = `${all.length} ${all.length === 1 ? 'key' : 'keys'} (${[...new Set(all.map(describeKey))].join(', ')})`
  return usable.length > 0
    ? ok(about, `${found}, algorithms ${jwt.algorithms.join(', ')}`)
    : fail(
        about,
        `${found}, none for algorithms ${jwt.algorithms.join(', ')}`,
        'Set algorithms to what the issuer signs with.',
      )
}

async function remedyOfKeys(setup: Setup, { keys }: JwtConfig, fault: Fault): Promise<string> {
  const { detail = '' } = fault.logContext
  if (/^status_40[13]$/.test(detail)) {
    return 'Set jwks_access to client_credentials, with a client of the domain; or open them: Identity domain → Settings → Domain settings → Access signing certificate → Configure client access.'
  }
  if (detail === 'token_unauthorized_client') {
    return 'Tick the grant Client credentials in our application: Integrated applications → the application → OAuth configuration → Edit.'
  }
  if (keys.kind !== 'remote') return remedyOf(fault)
  const { access, uri } = keys
  if (access !== undefined && /^token_(invalid_client|status_401)$/.test(detail)) {
    return remedyOfRefusedClient(setup, {
      client: access.client,
      endpoint: access.tokenEndpoint,
      use: 'keys',
    })
  }
  return (uri === undefined ? undefined : remedyOfPath(detail, uri, 'keys')) ?? remedyOf(fault)
}

function fits({ alg, kty, crv }: TrustedKey, algorithm: SignatureAlgorithm): boolean {
  const required: { readonly kty: string; readonly crv?: string } = SIGNATURE_ALGORITHMS[algorithm]
  return (
    kty === required.kty &&
    (required.crv === undefined || required.crv === crv) &&
    (alg === undefined || isSameAlgorithm(alg, algorithm))
  )
}

function describeKey({ alg, kty, crv }: TrustedKey): string {
  return alg ?? crv ?? kty
}

/** Introspects an invalid token. Another answer than “inactive” shows a problem of our client or the endpoint. */
async function checkIntrospection(
  setup: Setup,
  issuer: IssuerConfig,
  introspection: IntrospectionConfig,
): Promise<Check> {
  const about = ['introspection', issuer.name] as const
  const { ports } = setup
  const locate = createLocate(issuer, ports)(introspection.endpoint, 'introspection_endpoint')
  const { introspect } = createIntrospector(issuer, introspection, {
    locate,
    sendAsClient: ports.sendAsClient('introspection'),
    clock: ports.clock,
  })
  const answer = await introspect({
    token: new Redacted(INVALID_TOKEN),
    jwt: undefined,
    deadline: newDeadline(),
    beforeRequest: () => undefined,
  })
  if (answer.ok) {
    return fail(
      about,
      'an invalid token is active',
      'Compare the endpoint’s address: this one must not be trusted.',
    )
  }
  const { error } = answer
  if (error.outcome === 'deny') {
    return error.reason === 'token_inactive'
      ? ok(about, 'the client may introspect; an invalid token is inactive')
      : fail(
          about,
          `an invalid token is active (${error.reason})`,
          'Compare the endpoint’s address.',
        )
  }
  if (isNotGiven(error)) return skip(about, 'needs the client’s secret')
  const endpoint = await locate(newDeadline())
  return fail(
    about,
    meaningOf(error),
    (endpoint.ok ? await remedyOfFault(setup, introspection, endpoint.value, error) : undefined) ??
      remedyOf(error),
  )
}

async function remedyOfFault(
  setup: Setup,
  { client }: IntrospectionConfig,
  endpoint: string,
  { reason, logContext }: Fault,
): Promise<string | undefined> {
  return reason === 'introspection_refused'
    ? remedyOfRefusedClient(setup, { client, endpoint, use: 'introspection' })
    : remedyOfPath(logContext.detail, endpoint, 'introspection')
}
