/**
 * Two realms with their clients and a user. One realm issues the callers' tokens, the other is the
 * identity domain of OIC.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeycloakAdmin } from './admin.ts'
import { realmAt, type Client, type Realm } from './realm.ts'

export const apiAudience = 'https://api.example.com/'
export const apiScope = 'echo:invoke'
/** The function's client may introspect its tokens, but they have another audience. */
export const anotherApiScope = 'another-api'
export const oicAudience =
  'https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.integration.us-phoenix-1.ocp.oraclecloud.com:443'
export const oicScope = 'urn:opc:resource:consumer::all'

export type Realms = Awaited<ReturnType<typeof createRealms>>

/** Long enough to cache a backend token. A revoked token must not expire during a test. */
const accessTokenLifespanSeconds = 3600

/** With characters that need encoding. */
function newSecret() {
  return `${randomBytes(18).toString('base64url')}%+/:& ~`
}

const introspectorId = 'gateway-authorizer'
/**
 * From Keycloak 26.6.2 on, a token is inactive for a client that is not in its `aud` (Upgrading
 * Guide, "Token introspection now validates audience claim").
 */
const introspectorAudience = { 'included.client.audience': introspectorId }

const exchangerId = 'gateway-exchanger'
/** Standard token exchange requires the client in the `aud` of the token. */
const exchangerAudience = { 'included.client.audience': exchangerId }

export async function createRealms(admin: KeycloakAdmin, serverUrl: string) {
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
    /** Calls on its own behalf, with client credentials. */
    partner,
    /** Calls on behalf of users. */
    portal,
    alice,
    /** The function's client for introspection. */
    introspector,
    /** The function's client for token exchange. */
    exchanger,
    oic,
    /** The function's client for OIC. */
    oicInvoker,
    /** The same with a private key (PKCS #8) instead of a secret. */
    oicInvokerByKey,
  }
}

/** A client for `private_key_jwt`, which Keycloak calls “Signed JWT”. */
async function createClientWithKey(admin: KeycloakAdmin, realm: Realm, clientId: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = {
    ...publicKey.export({ format: 'jwk' }),
    kid: 'client-key',
    use: 'sig',
    alg: 'RS256',
  }
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

/** A realm with Keycloak's default client scopes. */
async function createRealm(admin: KeycloakAdmin, realm: string): Promise<void> {
  await admin.create('', { realm, enabled: true, accessTokenLifespan: accessTokenLifespanSeconds })
}

/** A scope that clients may request, and that adds audiences to their tokens. */
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
        // So that ID tokens and access tokens have the same audience.
        'id.token.claim': 'true',
      },
    })),
  })
  await admin.offerToNewClients(realm, id)
}

/** A user without required actions, which would prevent a token. */
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
