/** Valid configurations for the checks: flat keys and a document. */

export const FLAT = {
  idcs_introspection_endpoint: 'https://idcs-a.identity.oraclecloud.com/oauth2/v1/introspect',
  idcs_app_client_id: 'introspecting-client',
  idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.a',
  back_end_token_endpoint: 'https://idcs-b.identity.oraclecloud.com/oauth2/v1/token',
  back_end_app_client_id: 'invoking-client',
  back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.b',
  back_end_scope: 'https://oic:443urn:opc:resource:consumer::all',
  audience: 'https://api.example.com/ https://other.example.com/',
}

export const ISSUER = {
  name: 'a',
  audience: ['x'],
  issuer: 'https://idp.acme.org',
  jwks_uri: 'https://idp.acme.org/keys',
}

export const BACKEND = {
  name: 'oic',
  token_endpoint: FLAT.back_end_token_endpoint,
  client: { client_id: 'b', client_secret_ocid: 'ocid1.vaultsecret.oc1.b' },
  scope: FLAT.back_end_scope,
}

/** The issuer and the protected keys of an identity domain. */
export const DOMAIN_KEYS = {
  issuer: 'https://identity.oraclecloud.com/',
  jwks_uri: 'https://idcs-a.identity.oraclecloud.com/admin/v1/SigningCert/jwk',
}

export const ENTRA = 'https://login.microsoftonline.com/0f0f0f0f-0000-4000-8000-000000000000/v2.0'

export function documentOf(issuers: readonly object[], backends: readonly object[]) {
  return { authorizer_config: JSON.stringify({ issuers, backends }) }
}
