/** Runs the tests of a separate Jest configuration in a process, and returns its exit status. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

function inProject(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

export function runJest(
  configuration: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): number {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const jest = [inProject('node_modules/jest/bin/jest.js'), '--config', inProject(configuration)]
  const { status } = spawnSync(process.execPath, [...flags, ...jest, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return status ?? 1
}
