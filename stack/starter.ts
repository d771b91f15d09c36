import type { LocalServer, Port } from './listen.ts'
import type { StackObserver } from './observer.ts'

type Started = { readonly server: LocalServer } | LocalServer

export interface StarterOptions {
  /** The first server's port; the others get the following ones. Default: free ports. */
  readonly firstPort?: number
  readonly observer?: StackObserver
  /** Called with the name of each part before it starts. */
  readonly onStart?: (part: string) => void
}

/** Starts servers one after the other, and adds a function to `endings` that closes each. */
export function createStarter(
  { firstPort, observer, onStart }: StarterOptions,
  endings: (() => unknown)[],
) {
  const servers = new Map<string, LocalServer>()
  let nextPort = firstPort
  const takePort = (): Port => (nextPort === undefined ? 0 : { preferred: nextPort++ })
  const run = async <T extends Started>(
    name: string,
    start: (port: Port) => Promise<T>,
    port = takePort(),
  ): Promise<T> => {
    onStart?.(name)
    const started = await start(port)
    const server: LocalServer = 'server' in started ? started.server : started
    endings.push(() => server.close())
    servers.set(name, server)
    if (observer !== undefined) {
      server.onExchange((exchange) => {
        observer.exchange(name, exchange)
      })
    }
    return started
  }
  return { run, takePort, servers }
}
