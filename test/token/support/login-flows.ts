/** The flows of `npm run token` at the test's provider. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { listen } from '../../../stack/listen.ts'
import { startLoginProvider, type LoginProvider } from './provider.ts'
import { runToken, type Ending } from './run.ts'

export let provider: LoginProvider
export let redirectPort: number
export let folder: string

/** Starts the provider before the tests of a file, and closes it after them. */
export function useLoginProvider(): void {
  beforeAll(async () => {
    // A port that is free now; the code flow's redirect has to be registered beforehand.
    const taken = await listen(() => undefined)
    redirectPort = taken.port
    await taken.close()
    provider = await startLoginProvider(redirectPort)
    folder = mkdtempSync(join(tmpdir(), 'token-'))
  })
  afterEach(() => {
    provider.discoverWith({})
  })
  afterAll(async () => {
    await provider.close()
    rmSync(folder, { recursive: true, force: true })
  })
}

export function at(...words: readonly string[]): string[] {
  return ['--issuer', provider.url, '--client-id', provider.clientId, ...words]
}

/** Without an end, for flows that wait for the user. */
export function begin(name: string, ...words: readonly string[]) {
  return runToken([name, ...at(...words)], { CLIENT_SECRET: provider.clientSecret })
}

export function flow(name: string, ...words: readonly string[]): Promise<Ending> {
  return begin(name, ...words).ended
}

export function claimsOf(token: string): Record<string, unknown> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(payload) as Record<string, unknown>
}
