import { spawnSync } from 'node:child_process'

/**
 * Builds `dist/` for a command that runs the built function. Call it after the command line is read, so
 * that help and usage errors do not wait for it.
 */
export function buildFirst(): void {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}
