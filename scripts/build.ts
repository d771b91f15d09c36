/**
 * Builds `dist/`: the function with everything that it needs at run time, entered at `func.js`.
 * I/O: writes `dist/`.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { build, type Plugin } from 'esbuild'
import { billOfMaterials } from './build/bill-of-materials.ts'
import { bundledPackages } from './build/bundled-packages.ts'
import { thirdPartyNotices } from './build/notices.ts'

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

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly name: string
  readonly version: string
  readonly license: string
}

await rm(OUTPUT, { recursive: true, force: true })
await mkdir(OUTPUT)
const { metafile } = await build({
  entryPoints: { func: 'src/func.ts' },
  outdir: OUTPUT,
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
// The sources are ES modules; where `dist/` lies beneath their package.json, it has to say that it is not.
await writeFile(`${OUTPUT}/package.json`, `${JSON.stringify({ type: 'commonjs' })}\n`)

const packages = await bundledPackages(Object.keys(metafile.inputs))
await writeFile(`${OUTPUT}/THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(packages))
await writeFile(`${OUTPUT}/sbom.cdx.json`, billOfMaterials(manifest, packages))
