/** Clients, users and scopes of the local stack, and the placeholders of `deploy/`. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { ClientKey, ClientOptions } from './identity/options.ts'

/** The secret of the client or user with this name. */
export type SecretOf = (name: string) => string

/** With characters that expose wrong encoding. */
export function randomSecret(): string {
  return `${randomBytes(18).toString('base64url')}%+/:& ~`
}

/** New for each run; the same name has the same secret. */
export function randomSecrets(): SecretOf {
  const secrets = new Map<string, string>()
  return (name) => {
    const secret = secrets.get(name) ?? randomSecret()
    secrets.set(name, secret)
    return secret
  }
}

/** The same for each run, for interactive use. */
export function fixedSecret(name: string): string {
  return `${name}-secret`
}

/** The resource server of the API behind the gateway. */
export const API_AUDIENCE = 'https://api.example.com/'
export const ANOTHER_API_AUDIENCE = 'https://another-api.example.com/'

/** The audience in `deploy/api-deployment.jwt-*.json`, with which the gateway verifies tokens. */
export const GATEWAY_AUDIENCE = 'your-api-gateway-host.example.com'

/** Oracle Integration's permanent host, and the scope of its application. */
export const OIC_AUDIENCE =
  'https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.integration.us-phoenix-1.ocp.oraclecloud.com:443'
export const OIC_SCOPE = 'urn:opc:resource:consumer::all'

/** The placeholders in `deploy/*.json`, which users replace. */
export const PLACEHOLDERS = {
  functionId: 'ocid1.fnfunc.oc1.REGION.UNIQUE',
  oicOrigin: 'https://your-oic-host.example.com',
  basicCredentials: 'BASE64_OF_USER_COLON_PASSWORD',
  signingKeyModulus: 'MODULUS_OF_THE_SIGNING_KEY',
} as const

export const SECRET_OCIDS = {
  introspection: 'ocid1.vaultsecret.oc1.phx.introspectionclient',
  backend: 'ocid1.vaultsecret.oc1.phx.oicinvoker',
  invokersKey: 'ocid1.vaultsecret.oc1.phx.oicinvokerskey',
  oicUser: 'ocid1.vaultsecret.oc1.phx.oicuser',
} as const

/** A client's key pair for the certificate that is imported into its application. */
export interface KeyPair {
  /** PKCS #8. */
  readonly privateKey: string
  readonly publicKey: ClientKey
}

export function newKeyPair(alias: string): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: { kid: alias, jwk: { ...publicKey.export({ format: 'jwk' }) } },
  }
}

const ECHO = `${API_AUDIENCE}echo:invoke`
const ORDERS = `${API_AUDIENCE}orders:invoke`
const OIC = `${OIC_AUDIENCE}${OIC_SCOPE}`

/** A user of both identity domains. */
export const ALICE = 'alice@example.com'
/** A user of the callers' identity domain only. */
export const BOB = 'bob@example.com'

/** The redirect of `npm run token -- code` with its default port. */
export const REDIRECT_URI = 'http://127.0.0.1:8765/callback'

export function createRegistrations(secretOf: SecretOf) {
  const portalsKey = newKeyPair('portals-certificate')
  const invokersKey = newKeyPair('invokers-certificate')
  const user = (name: string) => ({ name, password: secretOf(name) })
  return {
    portalsKey,
    invokersKey,
    alice: user(ALICE),
    bob: user(BOB),
    ...createClients(portalsKey, invokersKey, secretOf),
  }
}

function createClients(portalsKey: KeyPair, invokersKey: KeyPair, secretOf: SecretOf) {
  const client = (
    clientId: string,
    scopes: readonly string[],
    more: Partial<ClientOptions> = {},
  ) => ({ clientId, clientSecret: secretOf(clientId), scopes, ...more })
  return {
    /** Clients at the callers' identity domain. */
    partnerA: client('partner-a', [ECHO, ORDERS, `${GATEWAY_AUDIENCE}invoke`]),
    partnerB: client('partner-b', [ECHO]),
    hasty: client('partner-with-short-lived-tokens', [ECHO], { accessTokenLifetimeSeconds: 1 }),
    stranger: client('client-of-another-api', [`${ANOTHER_API_AUDIENCE}read`]),
    /** Users log in to it; it gets tokens in their names. */
    portal: client('employee-portal', [ECHO], {
      publicKey: portalsKey.publicKey,
      redirectUris: [REDIRECT_URI],
    }),
    /** A public client: device flow, and authorization code with PKCE. */
    employeeDevice: client('employee-device', [ECHO], {
      isPublic: true,
      redirectUris: [REDIRECT_URI],
    }),
    introspector: client('gateway-authorizer', [], { introspect: true }),
    /** Client at the suppliers' identity domain, where the introspector is registered as well. */
    supplier: client('supplier', [ECHO]),
    /** Clients at Oracle Integration's identity domain. */
    oicInvoker: client('oic-invoker', [OIC], { publicKey: invokersKey.publicKey }),
    oicInvokerByKey: client('oic-invoker-by-key', [OIC], {
      publicKey: invokersKey.publicKey,
      authenticatesByKey: true,
    }),
    /** Applications that call Oracle Integration directly. */
    oicClient: client('oic-client', [OIC]),
    oicPortal: client('oic-portal', [OIC], { redirectUris: [REDIRECT_URI] }),
    oicDevice: client('oic-device', [OIC], { isPublic: true }),
    /** A user of Oracle Integration, for Basic credentials. */
    oicUser: { name: 'integration.user', password: secretOf('integration.user') },
  }
}

export type Registrations = ReturnType<typeof createRegistrations>
