import { CLIENT_IDS, SECRET_OCIDS, basicCredentials, type World } from './world.ts'
import type { RecordedRequest, Reply } from './scripted-server.ts'

/** How a server answers a wrong client secret. */
export interface ClientRefusal {
  readonly status: number
  readonly body: unknown
  /** Its media type; `application/json` by default. */
  readonly type?: string
}

export const CLIENT_REFUSALS: readonly (ClientRefusal & { readonly server: string })[] = [
  { server: 'RFC 6749', status: 401, body: { error: 'invalid_client' } },
  { server: 'RFC 6749, as most send it', status: 400, body: { error: 'invalid_client' } },
  { server: 'Keycloak, introspection', status: 401, body: { error: 'invalid_request' } },
  { server: 'Keycloak', status: 401, body: { error: 'unauthorized_client' } },
  { server: 'Keycloak, older', status: 400, body: { error: 'unauthorized_client' } },
  { server: 'Auth0', status: 401, body: { error: 'access_denied' } },
  { server: 'Auth0, 403', status: 403, body: { error: 'access_denied' } },
  { server: 'SAP UAA', status: 401, body: { error: 'unauthorized' } },
  { server: 'Ory Hydra, introspection', status: 401, body: { error: 'request_unauthorized' } },
  {
    server: 'ServiceNow',
    status: 401,
    body: { error: 'server_error', error_description: 'access_denied' },
  },
  { server: 'Salesforce', status: 400, body: { error: 'invalid_client_id' } },
  { server: 'Salesforce, the secret', status: 400, body: { error: 'invalid_client_credentials' } },
  {
    server: 'Apigee',
    status: 401,
    body: { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' },
  },
  { server: 'ForgeRock', status: 401, body: { code: 401, reason: 'Unauthorized' } },
  { server: 'PingOne', status: 403, body: { id: 'x', code: 'ACCESS_FAILED' } },
  { server: 'a code with other characters', status: 400, body: { error: 'INVALID-CLIENT-2' } },
  {
    server: 'a code that is an object',
    status: 400,
    body: { error: { type: 'OAuthException', code: 1 } },
  },
  {
    server: 'a JSON body that is labelled as a page',
    status: 400,
    body: '{"error":"invalid_client"}',
    type: 'text/html',
  },
  { server: 'a page', status: 401, body: '<html></html>', type: 'text/html;charset=utf-8' },
  { server: 'a page, 403', status: 403, body: '<html></html>', type: 'text/html' },
  {
    server: 'a line of text, 400',
    status: 400,
    body: 'Bad client credentials',
    type: 'text/plain',
  },
  { server: 'no body', status: 401, body: '' },
  { server: 'no body, 403', status: 403, body: '' },
  { server: 'a status of its own', status: 404, body: { error: 'invalid_client' } },
]

/**
 * Rotates a client secret in Vault, and returns the replies of a server that has the new one alone.
 * It is accepted in HTTP Basic, or in the form with `by: 'form'`.
 */
export function rotateSecret(
  world: World,
  name: keyof typeof CLIENT_IDS,
  { status, body, type = 'application/json' }: ClientRefusal,
  accepted: (request: RecordedRequest) => Reply,
  by: 'basic' | 'form' = 'basic',
): (request: RecordedRequest) => Reply {
  const secret = world.keepSecret(`rotated secret of ${name}`)
  world.vault.rotate(SECRET_OCIDS[name], secret)
  const credentials = `Basic ${world.keepSecret(basicCredentials(CLIENT_IDS[name], secret))}`
  return (request) => {
    const { headers, form } = request
    const isNew =
      by === 'basic'
        ? headers.authorization === credentials
        : headers.authorization === undefined && form['client_secret'] === secret
    return isNew ? accepted(request) : { status, body, headers: { 'content-type': type } }
  }
}
