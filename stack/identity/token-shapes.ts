/** Changes the claims of RFC 9068 to those of other identity providers. */

export type Claims = Readonly<Record<string, unknown>>
export type TokenShape = (claims: Claims) => Record<string, unknown>

/** By the preset of the configuration, from the providers' documentation. */
export const TOKEN_SHAPES: Readonly<Record<string, TokenShape>> = {
  okta: ({ client_id, scope, ...claims }) => ({
    ...claims,
    cid: client_id,
    scp: typeof scope === 'string' ? scope.split(' ') : [],
  }),
  auth0: ({ client_id, ...claims }) => ({
    ...claims,
    azp: client_id,
    sub: `${String(client_id)}@clients`,
    gty: 'client-credentials',
  }),
  keycloak: ({ client_id, ...claims }) => ({ ...claims, azp: client_id, typ: 'Bearer' }),
  // `aud` stays, which Cognito has only with resource binding: oidc-provider requires it.
  cognito: (claims) => ({ ...claims, token_use: 'access', version: 2 }),
}
