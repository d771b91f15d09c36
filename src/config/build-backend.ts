/** A backend of the configuration document. */
import type { AssertionProfile } from '../oauth/client-authentication.ts'
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import { seconds } from '../platform/clock.ts'
import { IDENTITY_DOMAIN_ISSUER } from '../providers/oci-iam.ts'
import type { BackendInput } from './backend-schema.ts'
import { DEFAULTS } from './defaults.ts'
import { remedyOfMissing } from './flat-form.ts'
import type { BackendCondition, BackendConfig, GrantConfig } from './model.ts'
import type { Report } from './problems.ts'

export function buildBackend(input: BackendInput, report: Report): BackendConfig {
  return {
    name: input.name,
    condition: buildCondition(input),
    grant: buildGrant(input, report),
    minTokenLifetime: seconds(input.min_token_seconds),
  }
}

function buildCondition({ when }: BackendInput): BackendCondition | undefined {
  if (when === undefined) return undefined
  return {
    issuers: when.issuers,
    clients: when.clients,
    scopes: when.scopes,
    arguments: Object.entries(when.arguments ?? {}).map(([name, values]) => ({
      name,
      values: [values].flat(),
    })),
  }
}

function buildGrant(input: BackendInput, report: Report): GrantConfig {
  const { grant: kind, assertion, exchange } = input
  reportIdleMembers(input, report)
  if (kind === 'basic') {
    const remedy = 'Give the OCID of the Vault secret with user:password.'
    return { kind, secretOcid: required('secret_ocid', input.secret_ocid, report, remedy) }
  }
  const tokenEndpoint = required('token_endpoint', input.token_endpoint, report)
  const client = buildClient(input, tokenEndpoint, report)
  const scope = () => required('scope', input.scope, report)
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
        assertionKeyOcid: buildAssertionKey(input, report),
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
  const { grant, client_auth, assertion, exchange, secret_ocid } = input
  const usesAssertions = grant === 'jwt_bearer' || client_auth === 'private_key_jwt'
  const idle = {
    assertion: assertion !== undefined && !usesAssertions,
    exchange: exchange !== undefined && grant !== 'token_exchange',
    secret_ocid: secret_ocid !== undefined && grant !== 'basic',
  }
  for (const [field, isIdle] of Object.entries(idle)) {
    if (isIdle) {
      report(field, `has no effect with the grant ${grant}`, 'Correct `grant`, or leave it out.')
    }
  }
}

function required(
  field: string,
  value: string | undefined,
  report: Report,
  remedy = remedyOfMissing(`backends.0.${field}`) ?? '',
): string {
  if (value === undefined) report(field, 'is missing', remedy)
  return value ?? ''
}

function buildClient(
  { client, client_auth, assertion }: BackendInput,
  tokenEndpoint: string,
  report: Report,
): ClientRegistration {
  return {
    clientId: required('client.client_id', client?.client_id, report),
    secretOcid: required('client.client_secret_ocid', client?.client_secret_ocid, report),
    authentication: client_auth,
    assertion: {
      keyId: assertion?.key_id,
      audience: assertion?.audience ?? assertionAudience(tokenEndpoint),
    },
  }
}

/** Identity domains expect the issuer that all of them share; RFC 7523 §3 the token endpoint. */
function assertionAudience(tokenEndpoint: string): AssertionProfile['audience'] {
  return [tokenEndpoint.endsWith('/oauth2/v1/token') ? IDENTITY_DOMAIN_ISSUER : tokenEndpoint]
}

function buildAssertionKey(
  { assertion, client_auth }: BackendInput,
  report: Report,
): string | undefined {
  if (assertion?.key_ocid === undefined && client_auth !== 'private_key_jwt') {
    report(
      'assertion.key_ocid',
      'is missing',
      'Give the OCID of the Vault secret with the private key that signs user assertions.',
    )
  }
  return assertion?.key_ocid
}
