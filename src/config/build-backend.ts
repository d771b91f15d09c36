/**
 * Owns the judgement of one backend of the configuration, whichever form it was given in.
 * Pure.
 */
import type { AssertionProfile } from '../oauth/client-authentication.ts'
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import { seconds } from '../platform/clock.ts'
import type { BackendInput } from './document-schema.ts'
import { LIMITS } from './limits.ts'
import type { BackendCondition, BackendConfig, GrantConfig } from './model.ts'
import { IDENTITY_DOMAIN_ISSUER } from '../providers/oci-iam.ts'
import { validateEndpoint, validateMembers, validateSecretOcid, type Report } from './problems.ts'

export function buildBackend(input: BackendInput, report: Report): BackendConfig {
  return {
    name: input.name,
    condition: buildCondition(input, report),
    grant: buildGrant(input, report),
    minTokenLifetime: seconds(
      input.min_token_seconds ?? LIMITS.min_back_end_token_seconds.otherwise,
    ),
  }
}

function buildCondition({ when }: BackendInput, report: Report): BackendCondition | undefined {
  if (when === undefined) return undefined
  if (Object.keys(when).length === 0) {
    report('when', 'is empty', 'Give a condition, or leave `when` out of the last backend.')
  }
  validateMembers('when.arguments', when.arguments, report)
  return {
    issuers: when.issuers,
    clients: when.clients,
    scopes: when.scopes,
    arguments: Object.entries(when.arguments ?? {}).map(([name, wanted]) => ({
      name,
      values: [wanted].flat(),
    })),
  }
}

function buildGrant(input: BackendInput, report: Report): GrantConfig {
  const kind = input.grant ?? 'client_credentials'
  reportIdleKeys(input, kind, report)
  if (kind === 'basic') return { kind, secretOcid: requireSecret(input, report) }

  const tokenEndpoint = demand('token_endpoint', input.token_endpoint, report)
  validateEndpoint('token_endpoint', tokenEndpoint, report)
  const client = buildClient(input, tokenEndpoint, report)
  const scope = () => demand('scope', input.scope, report)
  switch (kind) {
    case 'client_credentials':
      return { kind, tokenEndpoint, client, scope: scope() }
    case 'jwt_bearer':
      return {
        kind,
        tokenEndpoint,
        client,
        scope: scope(),
        subjectClaim: input.assertion?.subject_claim ?? 'sub',
        acceptsUserControlledClaim: input.assertion?.user_controlled_claim === 'accept',
        assertionKeyOcid: buildAssertionKey(input, report),
      }
    case 'token_exchange':
      return {
        kind,
        tokenEndpoint,
        client,
        scope: input.scope,
        audience: input.exchange?.audience,
        resource: input.exchange?.resource,
        subjectTokenType:
          input.exchange?.subject_token_type ?? 'urn:ietf:params:oauth:token-type:access_token',
      }
  }
}

/** What is given for another grant shows that one of the two is a mistake. */
function reportIdleKeys(input: BackendInput, kind: GrantConfig['kind'], report: Report): void {
  const signs = kind === 'jwt_bearer' || input.client_auth === 'private_key_jwt'
  const idle = [
    [input.assertion !== undefined && !signs, 'assertion'],
    [input.exchange !== undefined && kind !== 'token_exchange', 'exchange'],
    [input.secret_ocid !== undefined && kind !== 'basic', 'secret_ocid'],
  ] as const
  for (const [isIdle, field] of idle) {
    if (isIdle)
      report(field, `has no effect with the grant ${kind}`, 'Correct `grant`, or leave it out.')
  }
}

function demand(field: keyof typeof REMEDIES, value: string | undefined, report: Report): string {
  if (value === undefined || value === '') {
    report(field, 'is missing', REMEDIES[field])
  }
  return value ?? ''
}

const REMEDIES = {
  token_endpoint:
    'Give the token endpoint of the integration’s identity domain: https://<domain>/oauth2/v1/token.',
  scope:
    'Copy the integration’s scope from the application; it ends in :443urn:opc:resource:consumer::all.',
  'client.client_id': 'Give the client id of the application that holds ServiceInvoker.',
  'client.client_secret_ocid': 'Give the OCID of the Vault secret with its client secret.',
  secret_ocid: 'Give the OCID of the Vault secret with user:password.',
}

function requireSecret({ secret_ocid }: BackendInput, report: Report): string {
  const ocid = demand('secret_ocid', secret_ocid, report)
  validateSecretOcid('secret_ocid', ocid, report)
  return ocid
}

function buildClient(
  { client, client_auth, assertion }: BackendInput,
  tokenEndpoint: string,
  report: Report,
): ClientRegistration {
  const secretOcid = demand('client.client_secret_ocid', client?.client_secret_ocid, report)
  validateSecretOcid('client.client_secret_ocid', secretOcid, report)
  return {
    clientId: demand('client.client_id', client?.client_id, report),
    secretOcid,
    authentication: client_auth ?? 'client_secret_basic',
    assertion: {
      keyId: assertion?.key_id,
      audience: assertion?.audience ?? assertionAudience(tokenEndpoint),
    },
  }
}

/** Identity domains want their issuer, which all of them share; RFC 7523 §3 the token endpoint. */
function assertionAudience(tokenEndpoint: string): AssertionProfile['audience'] {
  return [tokenEndpoint.endsWith('/oauth2/v1/token') ? IDENTITY_DOMAIN_ISSUER : tokenEndpoint]
}

function buildAssertionKey(
  { assertion, client_auth }: BackendInput,
  report: Report,
): string | undefined {
  const ocid = assertion?.key_ocid
  if (ocid === undefined && client_auth !== 'private_key_jwt') {
    report(
      'assertion.key_ocid',
      'is missing',
      'Give the OCID of the Vault secret with the private key that signs user assertions.',
    )
  }
  validateSecretOcid('assertion.key_ocid', ocid ?? '', report)
  return ocid
}
