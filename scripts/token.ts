/** `npm run token`: gets a token by an OAuth flow. */
import { UsageError } from './command-line/parse.ts'
import { readArguments } from './token/arguments.ts'
import { useToken } from './token/outcome.ts'
import { connect } from './token/provider.ts'
import { FLOWS } from './token/flows.ts'
import { printFailure } from './token/messages.ts'

/** Ends a flow that waits for the user, or for a server that does not answer. */
const interrupted = new AbortController()
process.once('SIGINT', () => {
  interrupted.abort()
})

try {
  const order = readArguments(process.argv.slice(2))
  if (typeof order === 'string') {
    process.stdout.write(order)
  } else {
    const provider = await connect(order, interrupted.signal)
    const tokens = await FLOWS[order.flow](order, provider, interrupted.signal)
    await useToken(order, tokens, interrupted.signal)
  }
} catch (error) {
  if (interrupted.signal.aborted) {
    process.exitCode = 130
  } else {
    printFailure(error)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
