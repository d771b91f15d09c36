/** The client secrets that introspection and protected keys need: never from the command line. */
import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { Config } from '../../src/config/model.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { ClientRegistration } from '../../src/oauth/client-exchange.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { promptSecret } from '../command-line/prompt.ts'
import { readFile } from '../command-line/read-file.ts'
import { readSecretsFile } from './secrets-file.ts'

/** A secret that is needed, and whose it is, if it is a client's. */
export interface NeededSecret {
  readonly secretOcid: string
  readonly clientId?: string
}

/** By the OCID of the Vault secret that they stand for. */
export type GivenSecrets = ReadonlyMap<string, Redacted>

/**
 * Takes each client's secret from the file, else from `CLIENT_SECRET`, else from a prompt on the
 * terminal. What cannot be had is missing in the result.
 */
export async function readSecrets(
  configuration: FlatConfiguration,
  file: string | undefined,
  needed: (config: Config) => readonly NeededSecret[] = clientsOf,
): Promise<GivenSecrets> {
  const { source } = readConfig(configuration)
  const needs = source.ok && source.value.kind === 'given' ? needed(source.value.config) : []
  const fromFile =
    file === undefined
      ? new Map<string, string>()
      : readSecretsFile(readFile('The file of --secrets', file))
  const secrets = new Map<string, Redacted>()
  for (const { clientId, secretOcid } of needs) {
    const secret =
      fromFile.get(secretOcid) ??
      fromFile.get(clientId ?? '') ??
      (needs.length === 1 ? process.env['CLIENT_SECRET'] : undefined) ??
      (await prompt(
        `Secret ${clientId === undefined ? secretOcid : `of ${clientId}`} (not shown, empty to go on without): `,
      ))
    if (secret !== undefined && secret !== '') secrets.set(secretOcid, new Redacted(secret))
  }
  return secrets
}

/** The clients with which the issuers are asked about tokens and keys, one for each secret. */
export function clientsOf({ issuers }: Config): readonly ClientRegistration[] {
  const clients = issuers.flatMap(({ jwt, introspection }) => [
    ...(introspection === undefined ? [] : [introspection.client]),
    ...(jwt?.keys.kind === 'remote' && jwt.keys.access ? [jwt.keys.access.client] : []),
  ])
  return [...new Map(clients.map((client) => [client.secretOcid, client])).values()]
}

/** Asks on the terminal, as standard input has the token. Undefined where there is no terminal. */
async function prompt(question: string): Promise<string | undefined> {
  if (!process.stderr.isTTY) return undefined
  const input = openTerminal()
  if (input === undefined) return undefined
  try {
    return await promptSecret(question, input)
  } finally {
    input.destroy()
  }
}

function openTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'))
  } catch {
    return undefined
  }
}
