/** The gateway's dependencies and its state between requests. */
import type { Clock } from '../clock.ts'
import type { AuthorizerAnswer } from './authorizer-answer.ts'
import type { ContextTables } from './context-variables.ts'
import type { Deployment } from './deployment.ts'
import type { ExecutionLogEntry, Log } from './execution-log.ts'
import type { ExpiringMap } from './expiring-map.ts'
import type { Origins } from './http-backend.ts'
import type { GatewaySettings } from './settings.ts'
import type { Claims } from './tokens/claims.ts'
import type { PublicKey } from './tokens/public-keys.ts'

/** The answer of the Functions service: the container's status and body. */
export interface FunctionAnswer {
  readonly status: number
  readonly body: Buffer
}

/** Rejects for an error of the Functions service itself. */
export type InvokeFunction = (
  functionId: string,
  body: Buffer,
  opcRequestId: string,
) => Promise<FunctionAnswer>

/** Rejects if the secret cannot be read. */
export type ReadSecret = (secretId: string, versionNumber: number) => Promise<string>

/** The claims in the answer, or that the token is not active. */
export type Introspection = Claims | 'inactive'

export interface Engine {
  readonly deployments: readonly Deployment[]
  readonly executionLog: ExecutionLogEntry[]
  readonly invokeFunction: InvokeFunction
  readonly readSecret: ReadSecret
  readonly origins: Origins
  readonly clock: Clock
  readonly settings: GatewaySettings
  /** Of authorizer functions. */
  readonly answers: ExpiringMap<AuthorizerAnswer>
  readonly introspections: ExpiringMap<Introspection>
  readonly keySets: ExpiringMap<readonly PublicKey[]>
  /** Discovery documents → their introspection endpoints. */
  readonly endpoints: ExpiringMap<string>
}

/** The current request at a route of a deployment. */
export interface RequestScope {
  readonly engine: Engine
  /** The deployment's name. */
  readonly deployment: string
  /** As the function and the back end receive it. */
  readonly opcRequestId: string
  readonly tables: ContextTables
  readonly log: Log
}
