import { build, type Metafile } from 'esbuild'
import { withoutUnreachableModules } from './unreachable-modules.ts'

/** Bundles `entry` and all its imports into `outfile`; the metafile lists the bundled files. */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    // esbuild cannot bundle its CommonJS build.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    platform: 'node',
    // The SDK cannot run as an ES module: it calls `require` for Node's own modules.
    format: 'cjs',
    target: 'node20',
    // Without keepNames, which would define a property at run time for each closure.
    minify: true,
    // THIRD-PARTY-NOTICES.txt has all of them.
    legalComments: 'none',
    // A bundled `import()` becomes a lazy `require`.
    supported: { 'dynamic-import': false },
    plugins: [withoutUnreachableModules],
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}
