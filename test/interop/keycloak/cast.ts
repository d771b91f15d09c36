/**
 * Who takes part: two realms, their clients and a user, set up as a person would in Keycloak's
 * console. One realm issues the callers' tokens, the other stands for OIC's identity domain.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeycloakAdmin } from './admin.ts'
import { realmAt, type Client, type Realm } from './realm.ts'

export const apiAudience = 'https://api.example.com/'
export const apiScope = 'echo:invoke'
/** Its tokens are for somebody else, though our client may introspect them. */
export const anotherApiScope = 'another-api'
export const oicAudience =
  'https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.integration.us-phoenix-1.ocp.oraclecloud.com:443'
export const oicScope = 'urn:opc:resource:consumer::all'

export interface Cast {
  readonly callers: Realm
  /** Calls for itself, by client credentials. */
  readonly partner: Client
  /** Calls for users. */
  readonly portal: Client
  readonly alice: { readonly id: string; readonly name: string; readonly password: string }
  /** Ours, for introspection. */
  readonly introspector: Client
  readonly oic: Realm
  /** Ours, for OIC. */
  readonly oicInvoker: Client
  /** Ours too, with a key (PKCS #8) in place of a secret. */
  readonly oicInvokerByKey: { readonly clientId: string; readonly privateKey: string }
  /** Ours at the callers' realm, for exchanging their tokens. */
  readonly exchanger: Client
}

/** Long enough for a backend token to be kept, and for a revoked token not to expire meanwhile. */
const accessTokenLifespanSeconds = 3600

/** With the characters that trip careless encoders. */
function newSecret() {
  return `${randomBytes(18).toString('base64url')}%+/:& ~`
}

const introspectorId = 'gateway-authorizer'
/**
 * Keycloak from 26.6.2 on tells a client of those tokens alone that have it in `aud` (Upgrading
 * Guide, "Token introspection now validates audience claim"); all others are inactive to it.
 */
const introspectorAudience = { 'included.client.audience': introspectorId }

const exchangerId = 'gateway-exchanger'
/** Standard token exchange wants the exchanging client in the `aud` of what it exchanges. */
const exchangerAudience = { 'included.client.audience': exchangerId }

export async function createCast(admin: KeycloakAdmin, serverUrl: string): Promise<Cast> {
  const suffix = randomBytes(4).toString('hex')
  const callers = realmAt(serverUrl, `callers-${suffix}`)
  await createRealm(admin, callers.name)
  await addScope(admin, callers.name, apiScope, [
    { 'included.custom.audience': apiAudience },
    introspectorAudience,
    exchangerAudience,
  ])
  await addScope(admin, callers.name, anotherApiScope, [introspectorAudience])
  const confidential = async (realm: Realm, clientId: string, flows: object): Promise<Client> => {
    const client = { clientId, clientSecret: newSecret() }
    await admin.create(`/${realm.name}/clients`, {
      clientId,
      secret: client.clientSecret,
      publicClient: false,
      standardFlowEnabled: false,
      ...flows,
    })
    return client
  }
  const partner = await confidential(callers, 'partner-a', { serviceAccountsEnabled: true })
  const portal = await confidential(callers, 'portal', { directAccessGrantsEnabled: true })
  const introspector = await confidential(callers, introspectorId, {})
  const exchanger = await confidential(callers, exchangerId, {
    attributes: { 'standard.token.exchange.enabled': 'true' },
  })
  const alice = await createUser(admin, callers, 'alice')

  const oic = realmAt(serverUrl, `oic-${suffix}`)
  await createRealm(admin, oic.name)
  await addScope(admin, oic.name, oicScope, [{ 'included.custom.audience': oicAudience }])
  const oicInvoker = await confidential(oic, 'oic-invoker', { serviceAccountsEnabled: true })
  const oicInvokerByKey = await createClientWithKey(admin, oic, 'oic-invoker-by-key')
  return {
    callers,
    exchanger,
    oicInvokerByKey,
    partner,
    portal,
    alice,
    introspector,
    oic,
    oicInvoker,
  }
}

/** `private_key_jwt`, as Keycloak calls “Signed JWT”, with the public key given to it. */
async function createClientWithKey(admin: KeycloakAdmin, realm: Realm, clientId: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'ours', use: 'sig', alg: 'RS256' }
  await admin.create(`/${realm.name}/clients`, {
    clientId,
    publicClient: false,
    standardFlowEnabled: false,
    serviceAccountsEnabled: true,
    clientAuthenticatorType: 'client-jwt',
    attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [jwk] }) },
  })
  return { clientId, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** With all the client scopes that Keycloak itself gives to a new realm. */
async function createRealm(admin: KeycloakAdmin, realm: string): Promise<void> {
  await admin.create('', { realm, enabled: true, accessTokenLifespan: accessTokenLifespanSeconds })
}

/** A scope that clients may ask for, and that brings audiences into their tokens. */
async function addScope(
  admin: KeycloakAdmin,
  realm: string,
  name: string,
  audiences: readonly Record<string, string>[],
): Promise<void> {
  const id = await admin.create(`/${realm}/client-scopes`, {
    name,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true' },
    protocolMappers: audiences.map((audience, index) => ({
      name: `audience ${index}`,
      protocol: 'openid-connect',
      protocolMapper: 'oidc-audience-mapper',
      config: {
        ...audience,
        'access.token.claim': 'true',
        'introspection.token.claim': 'true',
        // The audience must not be what tells ID tokens from access tokens.
        'id.token.claim': 'true',
      },
    })),
  })
  await admin.offerToNewClients(realm, id)
}

/** A user without a required action left: Keycloak gives others no token. */
async function createUser(admin: KeycloakAdmin, realm: Realm, name: string) {
  const password = newSecret()
  const id = await admin.create(`/${realm.name}/users`, {
    username: name,
    email: `${name}@example.com`,
    emailVerified: true,
    firstName: name,
    lastName: 'Example',
    enabled: true,
    credentials: [{ type: 'password', value: password, temporary: false }],
  })
  return { id, name, password }
}
