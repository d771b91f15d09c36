/**
 * Owns which functions the benchmark runs, and how each is configured.
 * I/O: bundles the references into the folder that it is given, reads the Dockerfile.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { bundle } from '../build/bundle.ts'
import { AUDIENCE, ISSUER } from './neighbours.ts'
import type { Subject } from './runner.ts'

export type SubjectName =
  | 'empty'
  | 'axios call'
  | 'floor, introspection'
  | 'floor, JWT'
  | 'authorizer, introspection'
  | 'authorizer, introspection kept for 60 s'
  | 'authorizer, JWT'

export type Subjects = Readonly<Record<SubjectName, Subject>>

/** What stands between `node` and the entry in the image: the authorizer runs with it here, too. */
const imageArguments = (): readonly string[] => {
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]
  return (JSON.parse(entrypoint ?? '[]') as string[]).slice(1, -1)
}

export const makeSubjects = async (
  neighbours: string,
  principal: Readonly<Record<string, string>>,
  folder: string,
): Promise<Subjects> => {
  const reference = async (name: string): Promise<string> => {
    const file = join(folder, `${name}.cjs`)
    await bundle(`scripts/bench/references/${name}.ts`, file)
    return file
  }
  const common = {
    ...principal,
    NODE_ENV: 'production',
    audience: AUDIENCE,
    issuer: ISSUER,
    back_end_token_endpoint: `${neighbours}/token`,
    back_end_app_client_id: 'invoker',
    back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.backend',
    back_end_scope: 'https://oic.example.com:443urn:opc:resource:consumer::all',
    vault_secrets_endpoint: neighbours,
    // As quiet as the references; what a line costs is a part of the warm decisions below.
    log_level: 'info',
  }
  const introspecting = {
    ...common,
    idcs_introspection_endpoint: `${neighbours}/introspect`,
    idcs_app_client_id: 'introspector',
    idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.introspection',
  }
  const verifying = { ...common, validation: 'jwt', jwks_uri: `${neighbours}/jwks` }
  const referenceArguments: readonly string[] = []
  const ours = (environment: Readonly<Record<string, string>>): Subject => ({
    entry: 'dist/func.js',
    environment,
    nodeArguments: imageArguments(),
  })
  const floor = await reference('floor')
  const of = (entry: string, environment: Readonly<Record<string, string>>): Subject => ({
    entry,
    environment,
    nodeArguments: referenceArguments,
  })
  return {
    empty: of(await reference('empty'), {}),
    'axios call': of(await reference('axios-call'), introspecting),
    'floor, introspection': of(floor, introspecting),
    'floor, JWT': of(floor, common),
    'authorizer, introspection': ours(introspecting),
    'authorizer, introspection kept for 60 s': ours({
      ...introspecting,
      introspection_cache_seconds: '60',
    }),
    'authorizer, JWT': ours(verifying),
  }
}

export interface Caller {
  readonly jwks: unknown
  /** A new JWT each time. */
  token(): Promise<string>
}

/** Issues tokens as an identity domain does. */
export const makeCaller = (): Caller => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = 'SIGNING_KEY'
  const now = Math.floor(Date.now() / 1000)
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256' }] },
    token: () =>
      new SignJWT({ client_id: 'partner-a', scope: 'echo:invoke', tok_type: 'AT' })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject('partner-a')
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + 36_000)
        .sign(privateKey),
  }
}
