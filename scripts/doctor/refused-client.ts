/** Finds out why an identity provider refuses our client, by trying other configured clients, secrets and domains. */
import { secretIsPrivateKey } from '../../src/oauth/client-authentication.ts'
import type { ClientRegistration } from '../../src/oauth/send-as-client.ts'
import { readSecretContent } from '../../src/oauth/client-secret.ts'
import {
  acceptsClient,
  backendTokenEndpoints,
  callersTokenEndpoints,
  isIdentityDomain,
  otherDomainOf,
  tokenEndpointBeside,
} from './identity-domains.ts'
import { secretsOf } from './secrets.ts'
import type { Setup } from './setup.ts'

export interface RefusedClient {
  readonly client: ClientRegistration
  /** What refused it. */
  readonly endpoint: string
  readonly use: 'introspection' | 'keys' | 'token'
}

export async function remedyOfRefusedClient(
  setup: Setup,
  { client, endpoint, use }: RefusedClient,
): Promise<string> {
  const { clientId } = client
  const tokenEndpoint = use === 'introspection' ? tokenEndpointBeside(endpoint) : endpoint
  if (
    use === 'introspection' &&
    tokenEndpoint !== undefined &&
    (await acceptsClient(setup, tokenEndpoint, client)) === true
  ) {
    return `The domain accepts ${clientId} but does not let it introspect: in its application, OAuth configuration → Allowed operations, tick Introspect.`
  }
  const other = await otherDomainOf(setup, client, endpoint)
  if (other !== undefined) {
    return `${clientId} is a client of ${other}, not of ${new URL(endpoint).host}: this client or this endpoint is one of the other domain, or the domains are swapped. Tokens of callers are validated in the callers’ domain; the token endpoint of the back end is in Oracle Integration’s.`
  }
  return (
    (tokenEndpoint === undefined
      ? undefined
      : await remedyOfMixUp(setup, client, tokenEndpoint, use)) ??
    remedyOfForm(setup, client) ??
    `${sameDomain(setup, endpoint, use)}${unknownClient(client, endpoint)}`
  )
}

/** Whether the domain accepts the client with another secret of the configuration, or another client. */
async function remedyOfMixUp(
  setup: Setup,
  client: ClientRegistration,
  tokenEndpoint: string,
  use: RefusedClient['use'],
): Promise<string | undefined> {
  if (!isIdentityDomain(tokenEndpoint)) return undefined
  const others = secretsOf(setup.config).filter(
    (each) => each.kind === 'client_secret' && each.secretOcid !== client.secretOcid,
  )
  for (const { secretOcid, clientId = '' } of others) {
    if ((await acceptsClient(setup, tokenEndpoint, { ...client, secretOcid })) === true) {
      return `The secret of ${client.clientId} is in ${secretOcid}, which the configuration gives to ${clientId}: the two secrets are swapped. Swap the two OCIDs in the configuration.`
    }
    if ((await acceptsClient(setup, tokenEndpoint, { ...client, clientId })) === true) {
      const key = use === 'token' ? 'back end’s' : 'callers’'
      return `${client.secretOcid} is the secret of ${clientId}, not of ${client.clientId}: the two client IDs are swapped. Give ${clientId} as the ${key} client.`
    }
  }
  return undefined
}

/** Detects a secret that was stored in another form than the application shows. */
function remedyOfForm({ secrets }: Setup, client: ClientRegistration): string | undefined {
  const stored = secrets.get(client.secretOcid)
  if (stored === undefined || secretIsPrivateKey(client.method)) return undefined
  const text = readSecretContent(stored).secret.reveal()
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  const isBase64 = /^(?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
  const problem =
    text !== text.trim()
      ? 'begins or ends with a space'
      : /^(["'`]).*\1$/.test(text)
        ? 'is in quotation marks'
        : isBase64 && /^[\x20-\x7e]+$/.test(decoded)
          ? 'seems to be encoded in base64'
          : undefined
  return problem === undefined
    ? undefined
    : `The secret of ${client.clientId} ${problem}: create a new version of ${client.secretOcid} with exactly what the application shows, by \`printf %s\`.`
}

function unknownClient(
  { clientId, secretOcid, method }: ClientRegistration,
  endpoint: string,
): string {
  const ifActive = secretIsPrivateKey(method)
    ? `it must have the certificate of the key in ${secretOcid}, by the alias that back_end_assertion_key_id gives (OAuth configuration → Import certificate)`
    : `its secret has changed: put the current one into a new version of ${secretOcid}`
  return `In the identity domain at ${new URL(endpoint).host}, open the application of ${clientId} and activate it if it is inactive (Actions → Activate). If it is active, ${ifActive}. If there is no such application, the client ID or the domain is wrong.`
}

function sameDomain({ config }: Setup, endpoint: string, use: RefusedClient['use']): string {
  const { host } = new URL(endpoint)
  const isAt = (urls: readonly string[]): boolean => urls.some((url) => new URL(url).host === host)
  if (use === 'token') {
    return isAt(callersTokenEndpoints(config))
      ? 'The token endpoint is in the callers’ domain: if Oracle Integration is in another one, give that one’s. '
      : ''
  }
  return isAt(backendTokenEndpoints(config))
    ? 'The endpoint is in the domain of the back end’s token endpoint: if callers are in another one, give that one’s. '
    : ''
}

const PATHS: Readonly<Record<RefusedClient['use'], string>> = {
  introspection: '/oauth2/v1/introspect',
  keys: '/admin/v1/SigningCert/jwk',
  token: '/oauth2/v1/token',
}

/** For a status that an OAuth endpoint does not send; undefined for others. */
export function remedyOfPath(
  detail: string | undefined,
  url: string,
  use: RefusedClient['use'],
): string | undefined {
  if (!/^status_(3\d\d|404|405|410)$/.test(detail ?? '')) return undefined
  const { pathname, host } = new URL(url)
  return `There is no such endpoint: compare the path ${pathname} of ${host}. At an identity domain it is ${PATHS[use]}, once.`
}
