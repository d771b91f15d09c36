import { createPorts } from '../../src/boot/compose.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { logConsoleWarnings } from '../../src/platform/log.ts'
import type { Examination } from './diagnose.ts'

/** Reads Vault as the function does: with the resource principal of the environment. */
export function functionsVault(region: string | undefined): NonNullable<Examination['vault']> {
  return (settings) => {
    // The SDK prints failures that the report explains.
    logConsoleWarnings(() => undefined)
    return createPorts(settings, region, systemClock, () => undefined).secrets
  }
}
