/** The local Secret Retrieval API of OCI Vault: `GET /20190301/secretbundles/{secretId}`. */
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, type LocalServer, type Port } from './listen.ts'
import type { ResourcePrincipal } from './resource-principal.ts'
import { judgeSignature } from './vault/request-signature.ts'
import {
  addVersion,
  findVersion,
  newSecret,
  promote,
  stages,
  stagesOf,
  type Secret,
  type SecretVersion,
  type VersionSelector,
} from './vault/secrets.ts'

export interface VaultOptions {
  /** The principals with access. Each may read every secret, until `removeAccess`. */
  trust: readonly ResourcePrincipal[]
  /** Seconds since the epoch. */
  clock?: () => number
  port?: Port
}

/** A request and its outcome, without secrets and signatures. */
export interface VaultRequest {
  method: string
  path: string
  query: string
  status: number
  /** The error code of the answer, and why; absent on success. */
  code?: string
  reason?: string
  /** The version in the answer. */
  versionNumber?: number
}

export interface Vault extends LocalServer {
  /** Creates a secret with version 1, which is CURRENT and LATEST. */
  addSecret(secretId: string, value: string | Buffer): void
  /** Adds a version, in use at once unless it is PENDING. Returns its number. */
  rotate(
    secretId: string,
    value: string | Buffer,
    options?: { stage?: 'CURRENT' | 'PENDING'; versionName?: string },
  ): number
  /** Makes an existing version current. */
  promote(secretId: string, versionNumber: number): void
  /** The content of the current version; undefined if the function could not read it. */
  current(secretId: string): string | undefined
  /** Removes the policy: the answers are those for a secret that does not exist. */
  removeAccess(secretId: string): void
  /** Answers all requests with this status; `undefined` ends it. */
  failWith(status: number | undefined): void
  readonly requests: readonly VaultRequest[]
}

interface Found {
  status: 200
  secretId: string
  secret: Secret
  version: SecretVersion
}

type Outcome = Found | { status: number; code: string; reason: string }

/** OCI, "API Errors". */
const codesOnDemand: Readonly<Record<number, string>> = {
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
}
const errorMessages: Readonly<Record<string, string>> = {
  NotAuthenticated: 'The required authentication information was missing or wrong.',
  NotAuthorizedOrNotFound: 'Authorization failed or requested resource not found.',
}
const bundlePath = /^\/20190301\/secretbundles\/([^/]+)$/

export async function startVault(options: VaultOptions): Promise<Vault> {
  const clock = options.clock ?? (() => Date.now() / 1000)
  const secrets = new Map<string, Secret>()
  const unreadable = new Set<string>()
  const requests: VaultRequest[] = []
  let failure: number | undefined

  async function handle(request: IncomingMessage): Promise<Outcome> {
    if (failure !== undefined) {
      return error(failure, codesOnDemand[failure] ?? 'Unknown', 'on demand')
    }
    const verdict = await judgeSignature(
      { method: request.method ?? '', target: request.url ?? '', headers: request.headers },
      options.trust.map(({ authorityKey }) => authorityKey),
      clock(),
    )
    if (!verdict.valid) return error(401, 'NotAuthenticated', verdict.reason)

    const { pathname, searchParams } = new URL(request.url ?? '', 'http://vault')
    const secretId = decodeURIComponent(bundlePath.exec(pathname)?.[1] ?? '')
    const selector = readSelector(searchParams)
    if (selector === undefined) return error(400, 'InvalidParameter', 'unusable version parameters')
    const secret = unreadable.has(secretId) ? undefined : secrets.get(secretId)
    if (request.method !== 'GET' || secret === undefined) {
      return error(404, 'NotAuthorizedOrNotFound', 'no such secret, or no access to it')
    }
    const version = findVersion(secret, selector)
    // OCI's answer for a missing version is not documented; this is the most similar one.
    if (version === undefined) return error(404, 'NotAuthorizedOrNotFound', 'no such version')
    return { status: 200, secretId, secret, version }
  }

  function known(secretId: string): Secret {
    const secret = secrets.get(secretId)
    if (secret === undefined) throw new Error(`there is no secret ${secretId}`)
    return secret
  }

  const server = await listen(async (request, response) => {
    const outcome = await handle(request).catch(() =>
      error(400, 'InvalidParameter', 'unreadable request'),
    )
    requests.push(record(request, outcome))
    answer(request, response, outcome)
  }, options.port)

  return {
    ...server,
    requests,
    addSecret: (secretId, value) => {
      secrets.set(secretId, newSecret(Buffer.from(value), new Date(clock() * 1000)))
    },
    rotate: (secretId, value, { stage = 'CURRENT', versionName } = {}) => {
      const secret = known(secretId)
      const created = new Date(clock() * 1000)
      const versionNumber = addVersion(secret, Buffer.from(value), created, versionName)
      if (stage === 'CURRENT') promote(secret, versionNumber)
      else secret.pending = versionNumber
      return versionNumber
    },
    promote: (secretId, versionNumber) => {
      promote(known(secretId), versionNumber)
    },
    current: (secretId) => {
      const secret = unreadable.has(secretId) ? undefined : secrets.get(secretId)
      return secret && findVersion(secret, {})?.content.toString()
    },
    removeAccess: (secretId) => {
      unreadable.add(secretId)
    },
    failWith: (status) => {
      failure = status
    },
  }
}

function error(status: number, code: string, reason: string): Outcome {
  return { status, code, reason }
}

/** The query selects a version in at most one way; `undefined` for an invalid query. */
function readSelector(query: URLSearchParams): VersionSelector | undefined {
  if (query.size > 1) return undefined
  const [name, value] = query.entries().next().value ?? []
  switch (name) {
    case undefined:
      return {}
    case 'stage': {
      const stage = stages.find((known) => known === value)
      return stage && { stage }
    }
    case 'versionNumber':
      return /^\d+$/.test(value ?? '') ? { versionNumber: Number(value) } : undefined
    case 'secretVersionName':
      return value === undefined ? undefined : { versionName: value }
    default:
      return undefined
  }
}

function record(request: IncomingMessage, outcome: Outcome): VaultRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const seen = { method: request.method ?? '', path, query, status: outcome.status }
  if ('code' in outcome) return { ...seen, code: outcome.code, reason: outcome.reason }
  return { ...seen, versionNumber: outcome.version.versionNumber }
}

function answer(request: IncomingMessage, response: ServerResponse, outcome: Outcome): void {
  const text = JSON.stringify(
    'code' in outcome
      ? { code: outcome.code, message: errorMessages[outcome.code] ?? outcome.code }
      : secretBundle(outcome),
  )
  response.writeHead(outcome.status, {
    'content-type': 'application/json',
    'opc-request-id': requestId(request),
    ...(outcome.status === 200 && { etag: createHash('sha256').update(text).digest('hex') }),
  })
  response.end(text)
}

/** The members of `SecretBundle` in the Secret Retrieval API, 20190301. */
function secretBundle({ secretId, secret, version }: Found): Record<string, unknown> {
  return {
    secretId,
    timeCreated: version.timeCreated.toISOString(),
    versionNumber: version.versionNumber,
    versionName: version.versionName,
    secretBundleContent: { contentType: 'BASE64', content: version.content.toString('base64') },
    timeOfDeletion: null,
    timeOfExpiry: null,
    stages: stagesOf(secret, version.versionNumber),
    metadata: null,
  }
}

/** OCI appends to the client's identifier. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['opc-request-id']
  const own = randomUUID().replaceAll('-', '').toUpperCase()
  return given === undefined ? own : `${String(given)}/${own}`
}
