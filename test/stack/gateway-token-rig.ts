/**
 * For the conformance tests of the gateway's token policies: keys made at run time, tokens, and an identity
 * provider that records its requests.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import { listen, readBody, type LocalServer } from '../../stack/listen.ts'
import { bearer, closeWithRigs, startRig, type Rig, type RigOptions } from './gateway-rig.ts'
import { authenticated } from './gateway-specifications.ts'

export const issuer = 'https://identity.oraclecloud.com/'
export const audience = 'api.example.com'
export const providerOrigin = 'https://idcs-example.identity.oraclecloud.com'
export const paths = {
  jwks: '/admin/v1/SigningCert/jwk',
  discovery: '/.well-known/openid-configuration',
  introspect: '/oauth2/v1/introspect',
} as const
export const jwksUri = providerOrigin + paths.jwks
export const discoveryUri = providerOrigin + paths.discovery
export const secretId = 'ocid1.vaultsecret.oc1.test.client'

export interface TestKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly n: string
  readonly e: string
}

/** All signing keys of identity domains have the same `kid`. */
export function newKey(kid = 'SIGNING_KEY', modulusLength = 2048): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  return { kid, privateKey, publicKey, n, e }
}

/** As in the article on identity domains. */
export function staticKey(key: TestKey, overrides: object = {}): object {
  return { format: 'JSON_WEB_KEY', ...jsonWebKey(key, overrides) }
}

export function pemKey({ kid, publicKey }: TestKey): object {
  return { format: 'PEM', kid, key: publicKey.export({ type: 'spki', format: 'pem' }) }
}

/** A key of a JWK Set; `overrides` with undefined remove a parameter. */
export function jsonWebKey({ kid, n, e }: TestKey, overrides: object = {}): object {
  return { kty: 'RSA', kid, use: 'sig', alg: 'RS256', n, e, ...overrides }
}

/** The initial time of every rig. */
export const nowSeconds = Date.parse('2030-01-01T00:00:00Z') / 1000

/** Claims that every policy of these tests accepts; `overrides` with undefined remove one. */
export function validClaims(overrides: object = {}): object {
  return { iss: issuer, aud: audience, sub: 'partner-a', exp: nowSeconds + 3600, ...overrides }
}

/** Signed by the key, without `typ`, as by identity domains. */
export function tokenOf(key: TestKey, claims: object = {}, header: object = {}): Promise<string> {
  return new SignJWT({ ...validClaims(claims) })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
    .sign(key.privateKey)
}

const inHeader = { tokenHeader: 'Authorization', tokenAuthScheme: 'Bearer' }
const ofIssuer = { issuers: [issuer], audiences: [audience] }

export function jwtPolicy(publicKeys: object, overrides: object = {}): object {
  return { type: 'JWT_AUTHENTICATION', ...inHeader, ...ofIssuer, publicKeys, ...overrides }
}

export function tokenPolicy(validationPolicy: object, overrides: object = {}): object {
  return { type: 'TOKEN_AUTHENTICATION', ...inHeader, validationPolicy, ...overrides }
}

/** The client for introspection, with the version of its secret. */
export function customClient(overrides: object = {}): object {
  const secret = { clientSecretId: secretId, clientSecretVersionNumber: 2 }
  return { type: 'CUSTOM', clientId: 'gateway', ...secret, ...overrides }
}

export function introspectionPolicy(overrides: object = {}): object {
  return {
    type: 'REMOTE_DISCOVERY',
    clientDetails: customClient(),
    sourceUriDetails: { type: 'DISCOVERY_URI', uri: discoveryUri },
    ...overrides,
  }
}

/** In JSON, without fields that were overridden with undefined. */
export function specificationWith(authentication: object, ...routes: object[]): unknown {
  return JSON.parse(JSON.stringify(authenticated(authentication, ...routes)))
}

export interface SeenExchange {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly form: Readonly<Record<string, string>>
}

export interface Provider {
  readonly server: LocalServer
  readonly calls: SeenExchange[]
  /** Sets the following answers of a path: JSON or text. */
  readonly answers: (path: keyof typeof paths, body: object | string, status?: number) => void
  neverAnswers(): void
}

export const discoveryDocument = { introspection_endpoint: providerOrigin + paths.introspect }

export async function startProvider(): Promise<Provider> {
  const calls: SeenExchange[] = []
  const answers = new Map<string, { body: string; status: number }>()
  let isSilent = false
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    calls.push({
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
      form: Object.fromEntries(new URLSearchParams(body.toString())),
    })
    if (isSilent) return
    const answer = answers.get(request.url ?? '')
    response.writeHead(answer?.status ?? 404).end(answer?.body)
  }
  const server = await listen((request, response) => void serve(request, response))
  const provider: Provider = {
    server,
    calls,
    answers: (path, body, status = 200) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      answers.set(paths[path], { body: text, status })
    },
    neverAnswers: () => {
      isSilent = true
    },
  }
  provider.answers('discovery', discoveryDocument)
  closeWithRigs(server)
  return provider
}

/** A rig with the provider and a Vault with one secret. */
export function startRigWith(
  provider: Provider,
  options: Omit<RigOptions, 'origins' | 'readSecret'>,
): Promise<Rig> {
  return startRig({
    ...options,
    origins: { [providerOrigin]: provider.server.url },
    readSecret: async (id, version) => {
      if (id !== secretId || version !== 2) throw new Error('404')
      return Promise.resolve('s3cret+/ &')
    },
  })
}

export function activeClaims(claims: object = {}): object {
  return validClaims({ active: true, ...claims })
}

/** A gateway that introspects at a provider with this answer. */
export async function startIntrospection({
  validation = {},
  policy = {},
  answer = activeClaims(),
  routes = [] as object[],
  settings = {},
} = {}) {
  const provider = await startProvider()
  provider.answers('introspect', answer)
  const authentication = tokenPolicy(introspectionPolicy(validation), policy)
  const specification = specificationWith(authentication, ...routes)
  const rig = await startRigWith(provider, { specification, settings })
  return { provider, rig, statusOf: (token: string) => rig.statusOf('/thing', bearer(token)) }
}

/** A gateway that verifies JWTs with static keys; `overrides` are for the policy. */
export function startWithStaticKeys(
  keys: object[],
  overrides: object = {},
  { routes = [] as object[], settings = {} } = {},
): Promise<Rig> {
  const policy = jwtPolicy({ type: 'STATIC_KEYS', keys }, overrides)
  return startRig({ specification: specificationWith(policy, ...routes), settings })
}
