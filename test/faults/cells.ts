/**
 * Runs one cell of the table: one fault at one dependency of a cold function, and the calls after
 * it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jwtByKeysOf } from '../e2e/support/configurations.ts'
import { startScriptedServer } from '../e2e/support/scripted-server.ts'
import { createSigner } from '../e2e/support/signing.ts'
import { secondsFromNow } from '../e2e/support/callers-tokens.ts'
import { startWorld, type ConfigChanges } from '../e2e/support/world.ts'
import { startFaultProxy } from './fault-proxy.ts'
import type { Address, FaultRow } from './faults.ts'
import { LATE, type DependencyName } from './verdicts.ts'

export interface CellResult {
  /** Of the call that meets the fault, cold. */
  readonly verdict: string
  /** What else was not as it has to be; empty when all is well. */
  readonly findings: readonly string[]
}

export interface Cells {
  /** The address of a server that must not be asked. */
  readonly elsewhere: string
  /** `alsoAfterwards`: whether it is watched, too, how the function recovers and serves on. */
  try(row: FaultRow, alsoAfterwards?: boolean): Promise<CellResult>
  close(): Promise<void>
}

/** Labels of names have 63 characters at most (RFC 1035 §2.3.4): nobody is asked for this one. */
const UNKNOWN_NAME = `https://${'a'.repeat(64)}.example.com`

/** More than the pause after a fetch of keys that failed. */
const RECOVERY_MILLISECONDS = 4_000

/** A whole second, as `Fn-Deadline` tells no fractions; the least that leaves time for a first call. */
const SHORT_SECONDS = 2

export async function startCells(name: DependencyName): Promise<Cells> {
  const signer = createSigner()
  const keys = await startScriptedServer(() => ({ body: { keys: [signer.jwk] } }))
  const watcher = await startScriptedServer(() => ({ body: { active: true } }))
  const world = await startWorld()
  const { introspection, tokenEndpoint, vault } = world
  const dependencies = { introspection, keys, 'token endpoint': tokenEndpoint, Vault: vault }
  const proxy = await startFaultProxy(() => dependencies[name].url)
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const usual = name === 'keys' ? jwtByKeysOf(keys) : {}

  const decide = async (hangs = false): Promise<string> => {
    const token = name === 'keys' ? signer.token() : undefined
    const deadline = new Date(secondsFromNow(SHORT_SECONDS) * 1000)
    return (await world.decide(token, hangs ? { deadline } : {})).detailedVerdict
  }

  const changesFor = async (address: Address | undefined): Promise<ConfigChanges> => {
    const [key, path] = ADDRESS[name]
    const changes = (url: string): ConfigChanges => ({ ...usual, [key]: `${url}${path}` })
    switch (address?.kind) {
      case undefined:
      case 'refused':
        return changes(proxy.url)
      case 'unknown_name':
        return changes(UNKNOWN_NAME)
      case 'tls': {
        const file = join(folder, 'certificate.pem')
        writeFileSync(file, String(address.options.cert))
        const trust = address.trusted ? { NODE_EXTRA_CA_CERTS: file } : {}
        return { ...changes(await proxy.startTls(address.options)), ...trust }
      }
    }
  }

  /** After a failure, keys are fetched again in a while, and not at once. */
  const decideWhenWell = async (): Promise<string> => {
    const giveUp = Date.now() + RECOVERY_MILLISECONDS
    let verdict = await decide()
    while (verdict.startsWith('fault') && Date.now() < giveUp) {
      await delay(100)
      verdict = await decide()
    }
    return verdict
  }

  const tryRow: Cells['try'] = async (row, alsoAfterwards = true) => {
    const { spoil, address, expected } = row
    const hangs = expected === LATE
    const findings: string[] = []
    const breakIt = async (): Promise<void> => {
      if (address?.kind === 'refused') await proxy.pause()
      proxy.spoilWith(spoil)
    }
    const repair = async (): Promise<void> => {
      if (address?.kind === 'refused') await proxy.resume()
      proxy.spoilWith(undefined)
    }
    await world.start(await changesFor(address))
    await breakIt()
    const verdict = await decide(hangs)
    await repair()

    // With the dependency well again, the same process is, too.
    const staysSo = address?.kind === 'unknown_name' || address?.kind === 'tls'
    if (alsoAfterwards && !staysSo) {
      const recovered = await (name === 'keys' ? decideWhenWell() : decide())
      if (recovered !== 'permit permitted') findings.push(`afterwards: ${recovered}`)

      // What is remembered serves through the same fault; introspection is asked each time.
      await breakIt()
      const warm = await decide(hangs)
      await repair()
      const expectedWarm = name === 'introspection' ? verdict : 'permit permitted'
      if (warm !== expectedWarm) findings.push(`warm: ${warm}`)
    }
    if (watcher.requests.length > 0) findings.push('a redirect was followed')
    watcher.reset()
    if (world.function.instances.filter(({ state }) => state !== 'ended').length > 1) {
      findings.push('another instance was started')
    }
    await world.reset()
    return { verdict, findings }
  }

  return {
    elsewhere: watcher.url,
    try: tryRow,
    close: async () => {
      await world.close()
      await Promise.all([proxy.close(), keys.close(), watcher.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The key that has the dependency's address, and its path. */
const ADDRESS: Readonly<Record<DependencyName, readonly [key: string, path: string]>> = {
  introspection: ['idcs_introspection_endpoint', '/oauth2/v1/introspect'],
  keys: ['jwks_uri', '/jwks'],
  'token endpoint': ['back_end_token_endpoint', '/oauth2/v1/token'],
  Vault: ['vault_secrets_endpoint', ''],
}
