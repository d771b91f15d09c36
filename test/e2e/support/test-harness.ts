/** The harness and the servers of one test file: reset after each test, closed after the last one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from '@jest/globals'
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts'
import { startHarness, type ConfigChanges, type Harness } from './harness.ts'
import type { Signer } from './tokens.ts'

/** `changes` of the configuration are for all tests of the file. */
export async function startTestHarness(changes: ConfigChanges = {}): Promise<Harness> {
  const harness = await startHarness()
  await harness.configure(changes)
  afterEach(() => harness.reset())
  afterAll(() => harness.close())
  return harness
}

export async function startTestServer(
  ...defaultReply: Parameters<typeof startScriptedServer>
): Promise<ScriptedServer> {
  const server = await startScriptedServer(...defaultReply)
  afterEach(() => {
    server.reset()
  })
  afterAll(() => server.close())
  return server
}

/** A server that publishes the signer's key. */
export function startKeyServer({ jwk }: Pick<Signer, 'jwk'>): Promise<ScriptedServer> {
  return startTestServer(() => ({ body: { keys: [jwk] } }))
}

/** A folder that is removed after the last test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
