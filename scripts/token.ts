/** `npm run token`: gets a first token by the named flow. */
import { UsageError } from './command-line/parse.ts'
import { HELP, readArguments } from './token/arguments.ts'
import { useToken } from './token/outcome.ts'
import { connect } from './token/provider.ts'
import { FLOWS } from './token/flows.ts'
import { sayFailure } from './token/talk.ts'

/** Ends a flow that waits for a person, or for a server that does not answer. */
const interrupted = new AbortController()
process.once('SIGINT', () => {
  interrupted.abort()
})

try {
  const order = readArguments(process.argv.slice(2))
  if (order === 'help') {
    process.stdout.write(HELP)
  } else {
    const provider = await connect(order, interrupted.signal)
    const tokens = await FLOWS[order.flow](order, provider, interrupted.signal)
    await useToken(order, tokens, interrupted.signal)
  }
} catch (error) {
  if (interrupted.signal.aborted) {
    process.exitCode = 130
  } else {
    sayFailure(error)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
