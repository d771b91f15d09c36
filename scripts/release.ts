/** `npm run release`: the artifacts of a version in a folder, and its tag. */
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
    'dry-run': flag('does all but the tag; obstacles are reported and do not stop it'),
    tagged: flag('the commit has its tag already, as in a workflow for tags: sets none'),
    'skip-tests': flag('runs neither npm run check nor npm test'),
    'skip-image': flag('leaves out the image'),
  },
  more: `Artifacts: the function (dist/) and the Terraform stack as zips, the image as an OCI archive where
buildah and root are there, the bill of materials, the notices of all packages, the release notes and
SHA-256 checksums. In a dry run the image is built on stand-ins for Oracle’s base images, as by
npm run image, and its name says so.

Exit status 1 where the version cannot be released or a step fails.`,
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
// What npm run package left there is no part of the function.
rmSync('dist/oic-authorizer-stack.zip')
zipFolder('dist', base, join(folder, `${base}.zip`))
copyFileSync('dist/sbom.cdx.json', join(folder, `${base}.sbom.cdx.json`))
copyFileSync('dist/THIRD-PARTY-NOTICES.txt', join(folder, `${base}.THIRD-PARTY-NOTICES.txt`))
writeFileSync(
  join(folder, 'RELEASE-NOTES.md'),
  `${releaseNotes(changelog, version) ?? 'No section of CHANGELOG.md has this version.'}\n`,
)
if (values['skip-image']) {
  console.log('\nimage: left out')
} else {
  const suffix = values['dry-run'] ? 'image.dry-run' : 'image'
  console.log(`\n${await writeImage(join(folder, `${base}.${suffix}.oci.tar`), values['dry-run'])}`)
}
writeFileSync(join(folder, 'SHA256SUMS'), checksums(folder, readdirSync(folder)))

console.log(`\n${folder}:`)
for (const file of readdirSync(folder)) console.log(`  ${file}`)

const tag = ['tag', '--annotate', `v${version}`, '--message', `Version ${version}`]
if (values['dry-run']) {
  console.log(`\nDry run: the tag would be set by git ${tag.slice(0, 3).join(' ')}.`)
  if (found.length > 0) console.log(`${found.length} of the lines with ✗ would stop a release.`)
} else if (!values.tagged) {
  run('git', ...tag)
  console.log(`\nPublish it: git push origin v${version}, and upload the files of ${folder}.`)
}
