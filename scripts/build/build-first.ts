/**
 * Owns the build that commands need which run the built function: after their line was read, so
 * that help and mistakes are told at once.
 * I/O: builds `dist/` in a process of its own; ends this one where that fails.
 */
import { spawnSync } from 'node:child_process'

export function buildFirst(): void {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}
