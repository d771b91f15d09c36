/**
 * Owns how a command begins: it takes its order from the command line, or ends at once with its
 * help or with what is wrong.
 * I/O: reads the process's arguments; writes standard output and standard error; ends the process.
 */
import { helpOf, readOrder, UsageError, type Command, type Options, type Order } from './read.ts'

/** To be called before anything is started: nothing is cleared away when this ends the process. */
export function takeOrder<O extends Options>(command: Command<O>): Order<O> {
  return orRefuse(() => {
    const order = readOrder(command, process.argv.slice(2))
    if (order !== 'help') return order
    process.stdout.write(helpOf(command))
    process.exit(0)
  })
}

/** Ends the process with one line where a `UsageError` is thrown. */
export function orRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
