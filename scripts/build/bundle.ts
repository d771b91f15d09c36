/**
 * Owns how sources become one file that runs alone.
 * I/O: writes the file.
 */
import { build, type Metafile } from 'esbuild'
import { withoutDeadModules } from './dead-modules.ts'

/** Bundles `entry` and all that it needs into `outfile`; tells what went into it. */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
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
    plugins: [withoutDeadModules],
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}
