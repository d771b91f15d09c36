import { build, type Metafile } from 'esbuild'
import { withoutUnreachableModules } from './unreachable-modules.ts'

/** Bundles `entry` and all that it imports into `outfile`; the metafile lists what went in. */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    // Its CommonJS build requires its parts in a way that cannot be bundled.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    platform: 'node',
    // The SDK cannot run as an ES module: it requires Node's own modules at run time.
    format: 'cjs',
    target: 'node20',
    // Without keepNames, which would define a property at run time for each closure.
    minify: true,
    // THIRD-PARTY-NOTICES.txt has all of them.
    legalComments: 'none',
    // A bundled `import()` becomes a `require` that runs when it is reached.
    supported: { 'dynamic-import': false },
    plugins: [withoutUnreachableModules],
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}
