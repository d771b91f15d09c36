/** Reads the client secrets for introspection and protected keys, never from the command line. */
import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { Config } from '../../src/config/model.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { ClientRegistration } from '../../src/oauth/send-as-client.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { promptSecret } from '../command-line/prompt.ts'
import { readFile } from '../command-line/read-file.ts'
import { readSecretsFile } from './secrets-file.ts'

export interface RequiredSecret {
  readonly secretOcid: string
  /** Undefined for a secret that is not a client's. */
  readonly clientId?: string
}

/** By the OCID of the Vault secret. */
export type GivenSecrets = ReadonlyMap<string, Redacted>

/**
 * Reads each client's secret from the file, else from `CLIENT_SECRET`, else from a prompt on the terminal.
 * The result has only the available secrets.
 */
export async function readSecrets(
  configuration: FlatConfiguration,
  file: string | undefined,
  requiredSecrets: (config: Config) => readonly RequiredSecret[] = clientsOf,
): Promise<GivenSecrets> {
  const { source } = readConfig(configuration)
  const required =
    source.ok && source.value.kind === 'given' ? requiredSecrets(source.value.config) : []
  const fromFile =
    file === undefined
      ? new Map<string, string>()
      : readSecretsFile(readFile('The file of --secrets', file))
  const secrets = new Map<string, Redacted>()
  for (const { clientId, secretOcid } of required) {
    const secret =
      fromFile.get(secretOcid) ??
      fromFile.get(clientId ?? '') ??
      (required.length === 1 ? process.env['CLIENT_SECRET'] : undefined) ??
      (await prompt(
        `Secret ${clientId === undefined ? secretOcid : `of ${clientId}`} (not shown, empty to continue without): `,
      ))
    if (secret !== undefined && secret !== '') secrets.set(secretOcid, new Redacted(secret))
  }
  return secrets
}

/** The clients for introspection and for protected keys, one for each secret. */
export function clientsOf({ issuers }: Config): readonly ClientRegistration[] {
  const clients = issuers.flatMap(({ jwt, introspection }) => [
    ...(introspection === undefined ? [] : [introspection.client]),
    ...(jwt?.keys.kind === 'remote' && jwt.keys.access ? [jwt.keys.access.client] : []),
  ])
  return [...new Map(clients.map((client) => [client.secretOcid, client])).values()]
}

/** Prompts on the terminal, because standard input has the token. Undefined without a terminal. */
async function prompt(question: string): Promise<string | undefined> {
  if (!process.stderr.isTTY) return undefined
  let input: ReadStream
  try {
    input = new ReadStream(openSync('/dev/tty', 'r+'))
  } catch {
    return undefined
  }
  try {
    return await promptSecret(question, input)
  } finally {
    input.destroy()
  }
}
