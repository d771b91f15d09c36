/**
 * Owns which modules of libraries are left out of the bundle, since nothing of ours ever reaches
 * them: loading them is a good part of a first call. The tests run the bundle, and would tell.
 * Pure.
 */
import type { Plugin } from 'esbuild'

interface DeadModule {
  readonly module: RegExp
  /** Whose it is. */
  readonly importer: RegExp
  readonly why: string
}

const DEAD_MODULES: readonly DeadModule[] = [
  { module: /^(isomorphic-fetch|node-fetch)$/, importer: /./, why: 'requests go through http.ts' },
  {
    module: /^\.\/fetch\.js$/,
    importer: /axios.adapters|axios.lib.adapters/,
    why: 'the adapter is http',
  },
  { module: /^form-data$/, importer: /axios/, why: 'bodies are texts' },
  { module: /^follow-redirects$/, importer: /axios/, why: 'no redirect is followed' },
  { module: /^(proxy-from-env|https-proxy-agent)$/, importer: /axios/, why: 'no proxy is asked' },
  { module: /^http2$/, importer: /axios/, why: 'HTTP/1.1 is spoken' },
  {
    module: /^\.\/(sign|verify)$/,
    importer: /jsonwebtoken.index/,
    why: 'Oracle’s client looks into its own token and no more',
  },
]

/** An empty module in the place of each of them. */
export const withoutDeadModules: Plugin = {
  name: 'without-dead-modules',
  setup: (bundler) => {
    bundler.onResolve({ filter: /./ }, ({ path, importer }) =>
      DEAD_MODULES.some((dead) => dead.module.test(path) && dead.importer.test(importer))
        ? { path, namespace: 'dead', sideEffects: false }
        : undefined,
    )
    bundler.onLoad({ filter: /./, namespace: 'dead' }, () => ({ contents: 'module.exports = {}' }))
  },
}
