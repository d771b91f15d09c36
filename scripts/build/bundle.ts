/**
 * Owns how sources become one file that runs alone.
 * I/O: writes the file.
 */
import { build, type Metafile, type Plugin } from 'esbuild'

/** The SDK brings polyfills for `fetch`, which every supported Node has; they only cost start-up. */
const withoutPolyfills: Plugin = {
  name: 'without-polyfills',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^(isomorphic-fetch|node-fetch)$/ }, ({ path }) => ({
      path,
      namespace: 'polyfill',
    }))
    bundler.onLoad({ filter: /.*/, namespace: 'polyfill' }, () => ({ contents: '' }))
  },
}

/** Bundles `entry` and all that it needs into `outfile`; tells what went into it. */
export const bundle = async (entry: string, outfile: string): Promise<Metafile> => {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    // The SDK cannot run as ES modules: it requires Node's own modules at run time.
    format: 'cjs',
    target: 'node20',
    // Names of functions are not kept: that defines a property at run time for each closure made.
    minify: true,
    // The notices have it all.
    legalComments: 'none',
    // A bundled `import()` becomes a `require`, run when it is reached.
    supported: { 'dynamic-import': false },
    plugins: [withoutPolyfills],
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}
