import type { Plugin } from 'esbuild'

/**
 * A module of a library that no call of ours reaches. Loading these takes a good part of a cold first
 * call; the end-to-end tests run the bundle without them.
 */
interface UnreachableModule {
  readonly module: RegExp
  /** The file that requires it. */
  readonly importer: RegExp
  readonly why: string
}

const UNREACHABLE_MODULES: readonly UnreachableModule[] = [
  {
    module: /^(isomorphic-fetch|node-fetch)$/,
    importer: /./,
    why: 'all requests go through platform/http.ts',
  },
  {
    module: /^\.\/fetch\.js$/,
    importer: /axios.adapters|axios.lib.adapters/,
    why: 'the adapter is http',
  },
  { module: /^form-data$/, importer: /axios/, why: 'bodies are strings' },
  { module: /^follow-redirects$/, importer: /axios/, why: 'redirects are not followed' },
  {
    module: /^(proxy-from-env|https-proxy-agent)$/,
    importer: /axios/,
    why: 'proxies are not used',
  },
  { module: /^http2$/, importer: /axios/, why: 'only HTTP/1.1 is used' },
  {
    module: /^\.\/(sign|verify)$/,
    importer: /jsonwebtoken.index/,
    why: 'Oracle’s client only decodes its own token',
  },
]

/** Puts an empty module in place of each of them. */
export const withoutUnreachableModules: Plugin = {
  name: 'without-unreachable-modules',
  setup: (bundler) => {
    bundler.onResolve({ filter: /./ }, ({ path, importer }) =>
      UNREACHABLE_MODULES.some(({ module, importer: by }) => module.test(path) && by.test(importer))
        ? { path, namespace: 'unreachable', sideEffects: false }
        : undefined,
    )
    bundler.onLoad({ filter: /./, namespace: 'unreachable' }, () => ({
      contents: 'module.exports = {}',
    }))
  },
}
