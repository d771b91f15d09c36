/** Cleans up child processes and key files when this process ends. */

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const cleanups = new Set<() => void>()

/**
 * Runs `cleanup`, which must be synchronous, when this process exits or is ended by a signal.
 * Returns the function that takes it back. A SIGKILL cannot be seen by anyone.
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
  // First in line, so that the listeners of others are still counted when a signal comes.
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
 * Who listens besides us shuts down in its own way and ends with an exit, which we see too. When
 * nobody does, the signal has to do what it does without listeners: end this process.
 */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  cleanUp()
  unwatch()
  process.kill(process.pid, signal)
}
