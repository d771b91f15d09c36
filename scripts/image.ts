/** `npm run image`: builds the image from the Dockerfile as it is, and calls the function in it. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommandLine } from './command-line/command-line.ts'
import { baseImagesOf, makeBaseImages } from './image/base-images.ts'
import { withBuildah } from './image/buildah.ts'
import { callsOf } from './image/calls.ts'
import { createContainer } from './image/container.ts'
import { fileProblems } from './image/files.ts'
import { compiledProblems, privilegeProblems } from './image/inside.ts'
import { createReport } from './image/report.ts'
import { missingRequirements } from './image/requirements.ts'

readCommandLine({
  name: 'image',
  about: `Builds the image from the unchanged Dockerfile, with buildah and without a registry, and runs it like
OCI Functions: as uid and gid 1000, on a root that is read-only except for /tmp, in 128 MB. It calls the
function over its socket, and checks the files in the image. It needs Linux, root and buildah; otherwise
it prints what is missing and ends with status 0. It takes two minutes. Exit status 1 if a check fails.`,
  options: {},
})

const TAG = 'localhost/authorizer'

const missing = missingRequirements()
if (missing.length > 0) {
  console.log('SKIPPED: building and calling the image needs')
  for (const line of missing) console.log(`  - ${line}`)
  process.exit(0)
}

const report = createReport()
await withBuildah('image', async (buildah, folder) => {
  // The container has this folder under the same path, and nothing else of /tmp.
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  process.env['TMPDIR'] = shared
  const bases = baseImagesOf(readFileSync('Dockerfile', 'utf8'))
  const version = await makeBaseImages(buildah, bases, join(folder, 'bases'))
  report.done(
    `Base images: Node ${version} from npm in place of ${bases.build} and ${bases.runtime}`,
  )

  await buildah.build('.', ['--tag', TAG])
  const configuration = await buildah.inspect(TAG)
  const root = await buildah.mount(TAG)
  report.done('Image: built from the unchanged Dockerfile')

  const container = createContainer(root, configuration, { folder, shared })
  const functionFolder = join(root, configuration.WorkingDir ?? '/')
  report.check('Files: only dist/ and its notices, none writable', fileProblems(functionFolder))
  report.check(
    'Container: uid and gid 1000, read-only except for /tmp',
    await privilegeProblems(container),
  )
  report.check(
    'Compiled code: accepted by V8 with the image’s options',
    await compiledProblems(container, functionFolder),
  )
  for (const { name, problems } of await callsOf(container.entryPoint, functionFolder)) {
    report.check(name, problems)
  }
}).catch((error: unknown) => {
  report.check('Steps', [error instanceof Error ? error.message : String(error)])
})
process.exitCode = report.isGood() ? 0 : 1
