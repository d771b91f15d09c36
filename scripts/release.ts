/** `npm run release`: writes the artifacts of a version into a folder, and tags the commit. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCommandLine } from './command-line/command-line.ts'
import { flag } from './command-line/options.ts'
import { checksums, zipFolder } from './release/archives.ts'
import { releaseNotes } from './release/changelog.ts'
import { writeImage } from './release/image.ts'
import { obstacles, type ProjectState } from './release/obstacles.ts'

const { values } = readCommandLine({
  name: 'release',
  about: `Checks, tests and builds the version of package.json, writes its artifacts to release/VERSION and tags
the commit. It needs git. It publishes nothing: push the tag and upload the folder yourself.`,
  options: {
    'dry-run': flag('sets no tag; obstacles are reported but do not stop it'),
    tagged: flag('for a commit that has its tag already, as in a workflow for tags'),
    'skip-tests': flag('runs neither npm run check nor npm test'),
    'skip-image': flag('does not build the image'),
  },
  more: `Artifacts: the function (dist/) and the Terraform stack as zips, the image as an OCI archive (with
buildah and root), the bill of materials, the notices of all packages, the release notes and SHA-256
checksums. A dry run builds the image on substitutes for Oracle’s base images, like npm run image, and
its file name shows that.

Exit status 1 if the version cannot be released or a step fails.`,
})

const project = fileURLToPath(new URL('..', import.meta.url))
process.chdir(project)

function run(command: string, ...words: string[]): void {
  console.log(`\n> ${[command, ...words].join(' ')}`)
  const { status } = spawnSync(command, words, { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`${command} ${words.join(' ')} failed: nothing is released`)
    process.exit(1)
  }
}

function git(...words: string[]): string {
  return spawnSync('git', words, { encoding: 'utf8' }).stdout.trim()
}

function text(file: string): string {
  return readFileSync(file, 'utf8')
}

const manifest = JSON.parse(text('package.json')) as { name: string; version: string }
const { name, version } = manifest
const changelog = text('CHANGELOG.md')
const state: ProjectState = {
  versions: {
    'package-lock.json': (JSON.parse(text('package-lock.json')) as { version?: string }).version,
    'func.yaml': /^version: (.*)$/m.exec(text('func.yaml'))?.[1],
  },
  changelog,
  hasUncommittedChanges: git('status', '--porcelain') !== '',
  hasTag: !values.tagged && git('tag', '--list', `v${version}`) !== '',
}

const found = obstacles(version, state)
for (const obstacle of found) console.error(`✗ ${obstacle}`)
if (found.length > 0 && !values['dry-run']) {
  console.error(`Version ${version} cannot be released.`)
  process.exit(1)
}

if (!values['skip-tests']) {
  run('npm', 'run', '--silent', 'check')
  run('npm', 'test')
}
run('npm', 'run', '--silent', 'build')
run('npm', 'run', '--silent', 'package')

const folder = join('release', version)
const base = `${name}-${version}`
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
copyFileSync('dist/oic-authorizer-stack.zip', join(folder, `${base}-stack.zip`))
// The zip of npm run package is not a part of the function.
rmSync('dist/oic-authorizer-stack.zip')
zipFolder('dist', base, join(folder, `${base}.zip`))
copyFileSync('dist/sbom.cdx.json', join(folder, `${base}.sbom.cdx.json`))
copyFileSync('dist/THIRD-PARTY-NOTICES.txt', join(folder, `${base}.THIRD-PARTY-NOTICES.txt`))
writeFileSync(
  join(folder, 'RELEASE-NOTES.md'),
  `${releaseNotes(changelog, version) ?? 'No section of CHANGELOG.md has this version.'}\n`,
)
if (values['skip-image']) {
  console.log('\nimage: skipped')
} else {
  const suffix = values['dry-run'] ? 'image.dry-run' : 'image'
  console.log(`\n${await writeImage(join(folder, `${base}.${suffix}.oci.tar`), values['dry-run'])}`)
}
writeFileSync(join(folder, 'SHA256SUMS'), checksums(folder, readdirSync(folder)))

console.log(`\n${folder}:`)
for (const file of readdirSync(folder)) console.log(`  ${file}`)

const tag = ['tag', '--annotate', `v${version}`, '--message', `Version ${version}`]
if (values['dry-run']) {
  console.log(`\nDry run: a release would run git ${tag.slice(0, 3).join(' ')}.`)
  if (found.length > 0) console.log(`${found.length} obstacles (✗) would stop a release.`)
} else if (!values.tagged) {
  run('git', ...tag)
  console.log(`\nPublish it: git push origin v${version}, and upload the files of ${folder}.`)
}
