import {
  helpText,
  parseCommandLine,
  UsageError,
  type Command,
  type CommandLine,
  type Options,
} from './parse.ts'

/**
 * The command line of this process. For `--help`, or where it is not valid, this ends the process,
 * so call it before anything is started.
 */
export function readCommandLine<O extends Options>(command: Command<O>): CommandLine<O> {
  return exitOnUsageError(() => {
    const commandLine = parseCommandLine(command, process.argv.slice(2))
    if (commandLine !== 'help') return commandLine
    process.stdout.write(helpText(command))
    process.exit(0)
  })
}

/** Ends the process with exit status 2 and one line on standard error for a `UsageError`. */
export function exitOnUsageError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
