/**
 * Builds `dist/`: the function with everything that it needs at run time, entered at `func.js`.
 * I/O: writes `dist/`.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { billOfMaterials } from './build/bill-of-materials.ts'
import { bundle } from './build/bundle.ts'
import { bundledPackages } from './build/bundled-packages.ts'
import { imageArguments } from './build/image-arguments.ts'
import { thirdPartyNotices } from './build/notices.ts'
import { takeOrder } from './command-line/take-order.ts'

takeOrder({
  name: 'build',
  about: `Builds dist/: the function with everything that it needs at run time, its bill of materials and the
notices of all packages in it. It takes seconds, and replaces what is there.`,
  options: {},
})

const OUTPUT = 'dist'

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly name: string
  readonly version: string
  readonly license: string
}

await rm(OUTPUT, { recursive: true, force: true })
await mkdir(OUTPUT)
// Two files: the platform waits for the socket, which takes the first alone.
const bundled = [
  await bundle('src/func.ts', `${OUTPUT}/func.js`),
  await bundle('src/boot/start.ts', `${OUTPUT}/authorizer.js`),
]
// The sources are ES modules; where `dist/` lies beneath their package.json, it has to say that it is not.
await writeFile(`${OUTPUT}/package.json`, `${JSON.stringify({ type: 'commonjs' })}\n`)

// With this very Node: where another one runs the function, it does without.
execFileSync(
  process.execPath,
  [...imageArguments(), '--import', 'tsx', 'scripts/build/rehearse.ts', `${OUTPUT}/authorizer.js`],
  { stdio: ['ignore', 'inherit', 'inherit'] },
)

const packages = await bundledPackages(bundled.flatMap(({ inputs }) => Object.keys(inputs)))
await writeFile(`${OUTPUT}/THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(packages))
await writeFile(`${OUTPUT}/sbom.cdx.json`, billOfMaterials(manifest, packages))
