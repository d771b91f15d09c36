/**
 * What the conformance tests of the gateway's own token policies share: keys made at run time,
 * tokens signed with them, and an identity provider that remembers how it was called.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import { listen, readBody, type LocalServer } from '../../stack/listen.ts'
import { httpRoute, startRig, type Rig, type RigOptions } from './gateway-rig.ts'

export const issuer = 'https://identity.oraclecloud.com/'
export const audience = 'api.example.com'
export const providerOrigin = 'https://idcs-example.identity.oraclecloud.com'
export const jwksUri = `${providerOrigin}/admin/v1/SigningCert/jwk`
export const discoveryUri = `${providerOrigin}/.well-known/openid-configuration`
export const secretId = 'ocid1.vaultsecret.oc1.test.client'

export interface TestKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly n: string
  readonly e: string
}

/** Identity domains call every signing key by the same name. */
export function newKey(kid = 'SIGNING_KEY', modulusLength = 2048): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  return { kid, privateKey, publicKey, n, e }
}

/** As a person writes it into a specification, after the article on identity domains. */
export function staticKey({ kid, n, e }: TestKey, overrides: object = {}): object {
  return { format: 'JSON_WEB_KEY', kid, kty: 'RSA', use: 'sig', alg: 'RS256', n, e, ...overrides }
}

export function pemKey({ kid, publicKey }: TestKey): object {
  return { format: 'PEM', kid, key: publicKey.export({ type: 'spki', format: 'pem' }) }
}

/** Of a key set; `overrides` with undefined take a parameter out. */
export function jsonWebKey({ kid, n, e }: TestKey, overrides: object = {}): object {
  return { kty: 'RSA', kid, use: 'sig', alg: 'RS256', n, e, ...overrides }
}

/** The second at which the clock of every rig stands at first. */
export const nowSeconds = Date.parse('2030-01-01T00:00:00Z') / 1000

/** Claims that every policy of these tests takes; `overrides` with undefined take one out. */
export function goodClaims(overrides: object = {}): object {
  return { iss: issuer, aud: audience, sub: 'partner-a', exp: nowSeconds + 3600, ...overrides }
}

/** Signed by the key, without `typ`, as identity domains do. */
export function tokenOf(key: TestKey, claims: object = {}, header: object = {}): Promise<string> {
  return new SignJWT({ ...goodClaims(claims) })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
    .sign(key.privateKey)
}

export function bearer(token: string) {
  return { headers: ['Authorization', `Bearer ${token}`] }
}

export function jwtPolicy(publicKeys: object, overrides: object = {}): object {
  return {
    type: 'JWT_AUTHENTICATION',
    tokenHeader: 'Authorization',
    tokenAuthScheme: 'Bearer',
    issuers: [issuer],
    audiences: [audience],
    publicKeys,
    ...overrides,
  }
}

export function tokenPolicy(validationPolicy: object, overrides: object = {}): object {
  return {
    type: 'TOKEN_AUTHENTICATION',
    tokenHeader: 'Authorization',
    tokenAuthScheme: 'Bearer',
    validationPolicy,
    ...overrides,
  }
}

export function introspectionPolicy(overrides: object = {}): object {
  return {
    type: 'REMOTE_DISCOVERY',
    clientDetails: {
      type: 'CUSTOM',
      clientId: 'gateway',
      clientSecretId: secretId,
      clientSecretVersionNumber: 2,
    },
    sourceUriDetails: { type: 'DISCOVERY_URI', uri: discoveryUri },
    ...overrides,
  }
}

/** As JSON has it: fields that were overridden with undefined are gone. */
export function specificationWith(authentication: object, ...routes: object[]): unknown {
  const specification = {
    requestPolicies: { authentication },
    routes: routes.length > 0 ? routes : [httpRoute()],
  }
  return JSON.parse(JSON.stringify(specification))
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
  /** What a path answers from now on: JSON, text as it stands, or nothing at all. */
  readonly answers: (
    path: 'jwks' | 'discovery' | 'introspect',
    body: object | string,
    status?: number,
  ) => void
  neverAnswers(): void
}

const paths = {
  jwks: '/admin/v1/SigningCert/jwk',
  discovery: '/.well-known/openid-configuration',
  introspect: '/oauth2/v1/introspect',
} as const

export const discoveryDocument = { introspection_endpoint: providerOrigin + paths.introspect }

const started: Provider[] = []

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
  started.push(provider)
  return provider
}

export async function closeProviders(): Promise<void> {
  await Promise.all(started.splice(0).map(({ server }) => server.close()))
}

/** A rig whose gateway reaches the provider, and a Vault with one secret. */
export function startRigWith(
  provider: Provider,
  options: Omit<RigOptions, 'origins' | 'readSecret'>,
): Promise<Rig> {
  return startRig({
    ...options,
    origins: { [providerOrigin]: provider.server.url },
    readSecret: (id, version) =>
      id === secretId && version === 2
        ? Promise.resolve('s3cret+/ &')
        : Promise.reject(new Error('404')),
  })
}
