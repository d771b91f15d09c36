/** A backend of the configuration document. */
import { secretIsPrivateKey } from '../oauth/client-authentication.ts'
import type { ClientRegistration } from '../oauth/send-as-client.ts'
import { seconds } from '../platform/clock.ts'
import { IDENTITY_DOMAIN_ISSUER, IDENTITY_DOMAIN_PATHS } from '../providers/oci-iam.ts'
import type { BackendInput } from './backend-schema.ts'
import { buildClient } from './build-client.ts'
import { DEFAULTS } from './defaults.ts'
import { reportMissing } from './missing-members.ts'
import type { BackendCondition, BackendConfig, GrantConfig } from './model.ts'
import type { Report } from './problems.ts'

export function buildBackend(input: BackendInput, report: Report): BackendConfig {
  return {
    name: input.name,
    condition: input.when && conditionOf(input.when),
    grant: buildGrant(input, report),
    minTokenLifetime: seconds(input.min_token_seconds),
  }
}

/** Copies each member, so that a polluted prototype cannot add a condition. */
function conditionOf(when: NonNullable<BackendInput['when']>): BackendCondition {
  const { issuers, clients, scopes } = when
  const values = Object.entries(when.arguments ?? {})
  return {
    issuers,
    clients,
    scopes,
    arguments: values.map(([name, value]) => ({ name, values: [value].flat() })),
  }
}

function buildGrant(input: BackendInput, report: Report): GrantConfig {
  const { grant: kind, assertion, exchange } = input
  reportIdleMembers(input, report)
  if (kind === 'basic') {
    return {
      kind,
      secretOcid: input.secret_ocid ?? reportMissing('backends', 'secret_ocid', report),
    }
  }
  const tokenEndpoint = input.token_endpoint ?? reportMissing('backends', 'token_endpoint', report)
  const client = clientOf(input, tokenEndpoint, report)
  const scope = () => input.scope ?? reportMissing('backends', 'scope', report)
  switch (kind) {
    case 'client_credentials':
      return { kind, tokenEndpoint, client, scope: scope() }
    case 'jwt_bearer':
      return {
        kind,
        tokenEndpoint,
        client,
        scope: scope(),
        subjectClaim: assertion?.subject_claim ?? DEFAULTS.subject_claim,
        acceptsUserControlledClaim: assertion?.user_controlled_claim === 'accept',
        assertionKeyOcid: assertionKeyOf(input, report),
      }
    case 'token_exchange':
      return {
        kind,
        tokenEndpoint,
        client,
        scope: input.scope,
        audience: exchange?.audience,
        resource: exchange?.resource,
        subjectTokenType: exchange?.subject_token_type ?? DEFAULTS.subject_token_type,
      }
  }
}

/** Members for another grant: either they are a mistake, or the grant is. */
function reportIdleMembers(input: BackendInput, report: Report): void {
  const { grant, client_auth } = input
  const usesAssertions = grant === 'jwt_bearer' || secretIsPrivateKey(client_auth)
  const isUsed = {
    assertion: usesAssertions,
    exchange: grant === 'token_exchange',
    secret_ocid: grant === 'basic',
  }
  for (const field of ['assertion', 'exchange', 'secret_ocid'] as const) {
    if (input[field] !== undefined && !isUsed[field]) {
      report(field, `has no effect with the grant ${grant}`, 'Correct `grant`, or leave it out.')
    }
  }
}

function clientOf(
  { client, client_auth, assertion }: BackendInput,
  tokenEndpoint: string,
  report: Report,
): ClientRegistration {
  // Identity domains expect the issuer that all of them share; RFC 7523 §3 the token endpoint.
  const isIdentityDomain = tokenEndpoint.endsWith(IDENTITY_DOMAIN_PATHS.token)
  const audience = [isIdentityDomain ? IDENTITY_DOMAIN_ISSUER : tokenEndpoint]
  const authenticating = {
    method: client_auth,
    assertion: { keyId: assertion?.key_id, audience: assertion?.audience ?? audience },
  }
  return buildClient('backends', client ?? {}, authenticating, report)
}

function assertionKeyOf(
  { assertion, client_auth }: BackendInput,
  report: Report,
): string | undefined {
  const isNeeded = !secretIsPrivateKey(client_auth)
  return (
    assertion?.key_ocid ??
    (isNeeded ? reportMissing('backends', 'assertion.key_ocid', report) : undefined)
  )
}
