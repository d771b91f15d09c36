/**
 * Builds `dist/`: the function with everything that it needs at run time, entered at `func.js`.
 * I/O: writes `dist/`.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { build, type Plugin } from 'esbuild'

const OUTPUT = 'dist'

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

await rm(OUTPUT, { recursive: true, force: true })
await mkdir(OUTPUT)
await build({
  entryPoints: { func: 'src/func.ts' },
  outdir: OUTPUT,
  bundle: true,
  platform: 'node',
  // The SDK cannot run as ES modules: it requires Node's own modules at run time.
  format: 'cjs',
  target: 'node20',
  // Names of functions are not kept: that defines a property at run time for each closure made.
  minify: true,
  legalComments: 'external',
  // A bundled `import()` becomes a `require`, run when it is reached.
  supported: { 'dynamic-import': false },
  plugins: [withoutPolyfills],
  logLevel: 'warning',
})
// The sources are ES modules; where `dist/` lies beneath their package.json, it has to say that it is not.
await writeFile(`${OUTPUT}/package.json`, `${JSON.stringify({ type: 'commonjs' })}\n`)
