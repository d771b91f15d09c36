import { UsageError } from '../../scripts/command-line/parse.ts'

/** The message of the usage error that `run` throws. */
export function usageErrorOf(run: () => unknown): string {
  try {
    run()
    return 'none'
  } catch (error) {
    return error instanceof UsageError ? error.message : 'another error'
  }
}
