/** The world and the servers of one test file: reset after each test and closed after the last. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from '@jest/globals'
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts'
import { startWorld, type ConfigChanges, type World } from './world.ts'

/** `changes`: of the configuration, for all tests of the file. */
export async function startTestWorld(changes: ConfigChanges = {}): Promise<World> {
  const world = await startWorld()
  await world.configure(changes)
  afterEach(() => world.reset())
  afterAll(() => world.close())
  return world
}

export async function startTestServer(
  ...byDefault: Parameters<typeof startScriptedServer>
): Promise<ScriptedServer> {
  const server = await startScriptedServer(...byDefault)
  afterEach(() => {
    server.reset()
  })
  afterAll(() => server.close())
  return server
}

/** A folder that is removed after the last test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
