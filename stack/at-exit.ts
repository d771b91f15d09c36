/** Cleans up child processes and key files when this process ends. */

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const cleanups = new Set<() => void>()

/**
 * Runs `cleanup`, which must be synchronous, when this process exits or is ended by a signal other than
 * SIGKILL. Returns a function that cancels it.
 */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) watch()
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size === 0) unwatch()
  }
}

function watch(): void {
  process.on('exit', cleanUp)
  // First, so that `onSignal` counts the other listeners before they are removed.
  for (const signal of signals) process.prependListener(signal, onSignal)
}

function unwatch(): void {
  process.off('exit', cleanUp)
  for (const signal of signals) process.off(signal, onSignal)
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup()
}

/**
 * Other listeners shut down in their own way and then exit, which runs the cleanups. Without other
 * listeners, the signal must have its default effect: to end this process.
 */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  cleanUp()
  unwatch()
  process.kill(process.pid, signal)
}
