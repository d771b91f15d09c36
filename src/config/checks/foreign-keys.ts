/**
 * Keys of other samples of such an authorizer, by their lower-case names. The functions that come
 * with Oracle's articles use other names for the same settings; some use one of our names for another
 * setting.
 */
import type { FlatKeyName } from '../flat-keys.ts'

interface ForeignKey {
  /** The key of ours that takes the value. */
  readonly key?: FlatKeyName
  /** What changes, or what to do where no key of ours takes the value. */
  readonly note?: string
}

const OIC_CLIENT = {
  id: { key: 'back_end_app_client_id', note: 'It is the application that gets tokens for OIC.' },
  secret: {
    key: 'back_end_client_secret_ocid',
    note: 'It is the secret of the application that gets tokens for OIC.',
  },
} as const

const OIC_SCOPE = {
  key: 'back_end_scope',
  note: 'Copy it from the application, ending in :443urn:opc:resource:consumer::all.',
} as const

const CALLERS_CLIENT = {
  id: { key: 'idcs_app_client_id' },
  secret: { key: 'idcs_app_client_secret_ocid' },
} as const

const SECONDS_OF_SECRETS = { key: 'secret_ttl_seconds' } as const

const LISTED = 'Separate values by spaces, not by commas.'

const FOREIGN_KEYS: Readonly<Record<string, ForeignKey>> = {
  // oracle-devrel/technology-engineering and its relatives
  introspection_idcs_app_client_id: CALLERS_CLIENT.id,
  introspection_idcs_app_client_secret_ocid: CALLERS_CLIENT.secret,
  apigw_idcs_app_client_id: CALLERS_CLIENT.id,
  apigw_idcs_app_client_secret_ocid: CALLERS_CLIENT.secret,
  idcs_token_endpoint: { key: 'back_end_token_endpoint' },
  oic_idcs_app_client_id: OIC_CLIENT.id,
  oic_idcs_app_client_secret_ocid: OIC_CLIENT.secret,
  oic_scope: OIC_SCOPE,
  ords_token_endpoint: { key: 'back_end_token_endpoint' },
  ords_client_id: { key: 'back_end_app_client_id' },
  ords_client_secret_ocid: { key: 'back_end_client_secret_ocid' },
  // Samples with an Azure AD token in front; in these the IDCS application is that of OIC.
  ad_jwks_url: { key: 'jwks_uri' },
  ad_issuer: { key: 'issuer' },
  ad_audience: { key: 'audience' },
  vault_region: { note: 'Remove it: the region of the function is used.' },
  // Samples with names of Entra and of OCI IAM
  entra_tenant_id: {
    key: 'issuer',
    note: 'Give https://login.microsoftonline.com/<tenant>/v2.0, and the tenant’s keys as `jwks_uri`.',
  },
  entra_authority_host: { key: 'issuer', note: 'It is a part of issuer and jwks_uri here.' },
  entra_audience: { key: 'audience' },
  entra_allowed_client_ids: { key: 'allowed_clients', note: LISTED },
  entra_required_roles: {
    key: 'required_scopes',
    note: `Roles and scopes of Entra are one list here. ${LISTED}`,
  },
  entra_required_scopes: { key: 'required_scopes', note: LISTED },
  entra_jwks_cache_seconds: { note: 'Remove it: keys are used for 10 minutes.' },
  jwt_leeway_seconds: { key: 'clock_tolerance_seconds' },
  oci_iam_token_endpoint: { key: 'back_end_token_endpoint' },
  oci_iam_client_id: OIC_CLIENT.id,
  oci_iam_client_secret_ocid: OIC_CLIENT.secret,
  oci_iam_scope: OIC_SCOPE,
  oci_token_auth_method: { key: 'back_end_client_auth' },
  authorizer_scope: {
    note: 'Remove it: the gateway gets the scopes of the caller’s token.',
  },
  function_config_cache_seconds: SECONDS_OF_SECRETS,
  http_timeout_seconds: { note: 'Remove it: the deadline of the call bounds every request.' },
  // Samples with OIC_ names, and the one that caches tokens
  oic_token_endpoint: { key: 'back_end_token_endpoint' },
  oic_token_url: { key: 'back_end_token_endpoint' },
  oic_client_id: OIC_CLIENT.id,
  oic_client_secret_ocid: OIC_CLIENT.secret,
  oic_app_client_id: OIC_CLIENT.id,
  oic_app_client_secret_ocid: OIC_CLIENT.secret,
  oic_client_secret: { key: 'back_end_client_secret_ocid', note: 'Put the secret into Vault.' },
  oic_audience: OIC_SCOPE,
  token_url: { key: 'back_end_token_endpoint' },
}

/** In the samples that spell them in capitals, these are the application that gets tokens for OIC. */
const IN_CAPITALS: Readonly<Record<string, ForeignKey>> = {
  IDCS_APP_CLIENT_ID: OIC_CLIENT.id,
  IDCS_APP_CLIENT_SECRET_OCID: OIC_CLIENT.secret,
  SCOPE: OIC_SCOPE,
}

/** What to do with a key of another sample; undefined for any other key. */
export function remedyOfForeignKey(name: string): string | undefined {
  const lower = name.toLowerCase()
  const foreign = Object.hasOwn(IN_CAPITALS, name)
    ? IN_CAPITALS[name]
    : Object.hasOwn(FOREIGN_KEYS, lower)
      ? FOREIGN_KEYS[lower]
      : undefined
  if (foreign === undefined) return undefined
  const use = foreign.key === undefined ? [] : [`Use ${foreign.key}.`]
  return [...use, ...(foreign.note === undefined ? [] : [foreign.note])].join(' ')
}
