import {
  helpText,
  parseCommandLine,
  UsageError,
  type Command,
  type CommandLine,
  type Options,
} from './parse.ts'

/** EX_USAGE of sysexits.h, for commands whose exit status 2 has another meaning. */
export const EX_USAGE = 64

/**
 * Reads the command line of this process. It ends the process for `--help` and for invalid usage, so call
 * it before anything is started.
 */
export function readCommandLine<O extends Options>(
  command: Command<O>,
  usageStatus = 2,
): CommandLine<O> {
  return exitOnUsageError(() => {
    const commandLine = parseCommandLine(command, process.argv.slice(2))
    if (commandLine !== 'help') return commandLine
    process.stdout.write(helpText(command))
    process.exit(0)
  }, usageStatus)
}

/** Ends the process with the exit status and one line on standard error for a `UsageError`. */
export function exitOnUsageError<T>(read: () => T, usageStatus = 2): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(usageStatus)
  }
}

/**
 * Ends the process after standard output was written, with the status that `work` resolves to, or EX_USAGE
 * for a `UsageError`. Without it, kept connections would delay the end.
 */
export async function endWith(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = EX_USAGE
  }
  process.stdout.write('', () => process.exit())
}
