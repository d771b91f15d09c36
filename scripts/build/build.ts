/**
 * Builds `dist/`: the function with all its dependencies; `func.js` is its entry point. This folder
 * imports only packages and `src/`, because the image's first stage has nothing else.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { billOfMaterials } from './bill-of-materials.ts'
import { bundle } from './bundle.ts'
import { bundledPackages } from './bundled-packages.ts'
import { imageNodeOptions } from './node-options.ts'
import { thirdPartyNotices } from './notices.ts'

const OUTPUT = 'dist'

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly name: string
  readonly version: string
  readonly license: string
}

await rm(OUTPUT, { recursive: true, force: true })
await mkdir(OUTPUT)
// Two bundles: the platform waits for the socket, and only the first is needed to open it.
const metafiles = [
  await bundle('src/func.ts', `${OUTPUT}/func.js`),
  await bundle('src/boot/start.ts', `${OUTPUT}/authorizer.js`),
]
// The project's package.json declares ES modules; the bundles are CommonJS.
await writeFile(`${OUTPUT}/package.json`, `${JSON.stringify({ type: 'commonjs' })}\n`)

// V8 accepts compiled code only of its own version; another Node compiles the source again.
execFileSync(
  process.execPath,
  [
    ...imageNodeOptions(),
    // Oracle's client calls the deprecated url.parse().
    '--no-deprecation',
    ...['--import', 'tsx', 'scripts/build/rehearsal/rehearse.ts', `${OUTPUT}/authorizer.js`],
  ],
  { stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000, killSignal: 'SIGKILL' },
)

const packages = await bundledPackages(metafiles.flatMap(({ inputs }) => Object.keys(inputs)))
await writeFile(`${OUTPUT}/THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(packages))
await writeFile(`${OUTPUT}/sbom.cdx.json`, billOfMaterials(manifest, packages))
