/**
 * Owns who takes part in the local stack: the clients, their scopes, and the names that the
 * deployment specifications use.
 * Pure, but for the secrets, which are random.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { ClientKey } from './identity/options.ts'

/** Secrets are made anew for every run, with the characters that trip careless encoders. */
function newSecret(): string {
  return `${randomBytes(18).toString('base64url')}%+/:& ~`
}

/** The resource server that stands for the API behind the gateway. */
export const API_AUDIENCE = 'https://api.example.com/'
export const ANOTHER_API_AUDIENCE = 'https://another-api.example.com/'

/** The audience in `deploy/api-deployment.jwt-*.json`, where the gateway itself verifies tokens. */
export const GATEWAY_AUDIENCE = 'your-api-gateway-host.example.com'

/** Oracle Integration's permanent host; the scope as it stands in its application. */
export const OIC_AUDIENCE =
  'https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.integration.us-phoenix-1.ocp.oraclecloud.com:443'
export const OIC_SCOPE = 'urn:opc:resource:consumer::all'

/** As written in `deploy/*.json`, for a person to replace. */
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

export interface Client {
  readonly clientId: string
  readonly clientSecret: string
  /** Fully qualified: audience and scope name in one. */
  readonly scopes: readonly string[]
  readonly introspect?: boolean
  readonly accessTokenLifetimeSeconds?: number
  readonly publicKey?: ClientKey
  readonly authenticatesByKey?: boolean
}

/** A client's key pair, as made for the certificate that is imported into its application. */
interface KeyPair {
  /** PKCS #8. */
  readonly privateKey: string
  readonly publicKey: ClientKey
}

function newKeyPair(alias: string): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: { kid: alias, jwk: { ...publicKey.export({ format: 'jwk' }) } },
  }
}

function client(clientId: string, scopes: readonly string[], more: Partial<Client> = {}): Client {
  return {
    clientId,
    clientSecret: newSecret(),
    scopes,
    ...more,
  }
}

const ECHO = `${API_AUDIENCE}echo:invoke`
const ORDERS = `${API_AUDIENCE}orders:invoke`

/** Knows both identity domains under the same name. */
export const ALICE = 'alice@example.com'
/** Is known to the callers' identity domain alone. */
export const BOB = 'bob@example.com'

export function createRegistrations() {
  const portalsKey = newKeyPair('portals-certificate')
  const invokersKey = newKeyPair('invokers-certificate')
  return { portalsKey, invokersKey, ...createClients(portalsKey, invokersKey) }
}

function createClients(portalsKey: KeyPair, invokersKey: KeyPair) {
  return {
    /** Clients at the callers' identity domain. */
    partnerA: client('partner-a', [ECHO, ORDERS, `${GATEWAY_AUDIENCE}invoke`]),
    partnerB: client('partner-b', [ECHO]),
    hasty: client('partner-with-short-lived-tokens', [ECHO], { accessTokenLifetimeSeconds: 1 }),
    stranger: client('client-of-another-api', [`${ANOTHER_API_AUDIENCE}read`]),
    /** Has people log in, and gets tokens in their names. */
    portal: client('employee-portal', [ECHO], { publicKey: portalsKey.publicKey }),
    introspector: client('gateway-authorizer', [], { introspect: true }),
    /** Client at the suppliers' identity domain, where the introspector is known as well. */
    supplier: client('supplier', [ECHO]),
    /** Clients at Oracle Integration's identity domain. */
    oicInvoker: client('oic-invoker', [`${OIC_AUDIENCE}${OIC_SCOPE}`], {
      publicKey: invokersKey.publicKey,
    }),
    oicInvokerByKey: client('oic-invoker-by-key', [`${OIC_AUDIENCE}${OIC_SCOPE}`], {
      publicKey: invokersKey.publicKey,
      authenticatesByKey: true,
    }),
    /** A user of Oracle Integration, for Basic credentials. */
    oicUser: { name: 'integration.user', password: newSecret() },
  }
}

export type Registrations = ReturnType<typeof createRegistrations>
