/**
 * Owns who takes part in the local stack: the clients, their scopes, and the names that the
 * deployment specifications use.
 * Pure, but for the secrets, which are random.
 */
import { randomBytes } from 'node:crypto'

/** Secrets are made anew for every run, with the characters that trip careless encoders. */
const newSecret = (): string => `${randomBytes(18).toString('base64url')}%+/:& ~`

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
} as const

export interface Client {
  readonly clientId: string
  readonly clientSecret: string
  /** Fully qualified: audience and scope name in one. */
  readonly scopes: readonly string[]
  readonly introspect?: boolean
  readonly accessTokenLifetimeSeconds?: number
}

const client = (
  clientId: string,
  scopes: readonly string[],
  more: Partial<Client> = {},
): Client => ({
  clientId,
  clientSecret: newSecret(),
  scopes,
  ...more,
})

const ECHO = `${API_AUDIENCE}echo:invoke`
const ORDERS = `${API_AUDIENCE}orders:invoke`

export const createCast = () => ({
  /** Clients at the callers' identity domain. */
  partnerA: client('partner-a', [ECHO, ORDERS, `${GATEWAY_AUDIENCE}invoke`]),
  partnerB: client('partner-b', [ECHO]),
  hasty: client('partner-with-short-lived-tokens', [ECHO], { accessTokenLifetimeSeconds: 1 }),
  stranger: client('client-of-another-api', [`${ANOTHER_API_AUDIENCE}read`]),
  introspector: client('gateway-authorizer', [], { introspect: true }),
  /** Client at the suppliers' identity domain, where the introspector is known as well. */
  supplier: client('supplier', [ECHO]),
  /** Clients at Oracle Integration's identity domain. */
  oicInvoker: client('oic-invoker', [`${OIC_AUDIENCE}${OIC_SCOPE}`]),
  /** A user of Oracle Integration, for Basic credentials. */
  oicUser: { name: 'integration.user', password: newSecret() },
})

export type Cast = ReturnType<typeof createCast>
