import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { run, type Buildah } from './buildah.ts'

export interface BaseImages {
  /** For the first stage: it has npm. */
  readonly build: string
  readonly runtime: string
  /** The major version of Node in both. */
  readonly nodeVersion: string
}

/** Throws unless the Dockerfile has two stages on images of the same version of Node. */
export function baseImagesOf(dockerfile: string): BaseImages {
  const [build, runtime, ...more] = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(
    ([, name]) => name,
  )
  const version = /:(\d+)-dev$/.exec(build ?? '')?.[1]
  if (build === undefined || runtime === undefined || version === undefined || more.length > 0) {
    throw new Error('the Dockerfile must have two stages, the first on an image NAME:VERSION-dev')
  }
  if (build !== `${runtime}-dev`) throw new Error(`${build} and ${runtime} do not belong together`)
  return { build, runtime, nodeVersion: version }
}

/** The programs that `RUN` lines and npm need besides Node. */
const PROGRAMS = ['/bin/sh', '/usr/bin/env', '/bin/chmod']

const DOCKERFILE = `FROM scratch AS runtime
COPY runtime /
ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin
CMD ["node"]
FROM runtime AS build
COPY build /
`

/**
 * Builds substitutes for the base images under the same names, because not every machine can reach their
 * registry: Node from npm, its libraries and a shell from this machine, and npm. Resolves with the full
 * version of Node.
 */
export async function makeBaseImages(
  buildah: Buildah,
  { build, runtime, nodeVersion }: BaseImages,
  folder: string,
): Promise<string> {
  const words = ['--yes', `--package=node@${nodeVersion}`, '--', 'node', '-p']
  const expression = 'JSON.stringify([process.execPath, process.version])'
  const [node, version] = JSON.parse(await run('npx', [...words, expression])) as [string, string]

  const runtimeRoot = join(folder, 'runtime')
  for (const name of ['dev', 'etc', 'proc', 'tmp'])
    mkdirSync(join(runtimeRoot, name), { recursive: true })
  for (const program of PROGRAMS) copyInto(runtimeRoot, realpathSync(program), program)
  copyInto(runtimeRoot, node, '/usr/bin/node')
  for (const program of [...PROGRAMS, node]) {
    for (const library of await librariesOf(program)) copyInto(runtimeRoot, library, library)
  }
  await copyNpm(join(folder, 'build'))
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE)
  await buildah.build(folder, ['--target', 'runtime', '--tag', runtime])
  await buildah.build(folder, ['--target', 'build', '--tag', build])
  return version
}

function copyInto(root: string, file: string, path: string): void {
  const target = join(root, path)
  mkdirSync(dirname(target), { recursive: true })
  if (!existsSync(target)) copyFileSync(realpathSync(file), target)
}

async function librariesOf(program: string): Promise<string[]> {
  const listed = await run('ldd', [program])
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, path = '']) => path)
}

/** Copies npm with this machine's registry and certificates, but without its credentials. */
async function copyNpm(root: string): Promise<void> {
  const npm = join((await run('npm', ['root', '--global'])).trim(), 'npm')
  const modules = join(root, 'usr/lib/node_modules')
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  mkdirSync(join(root, 'usr/etc'), { recursive: true })
  cpSync(npm, join(modules, 'npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'))
  const setting = async (name: string) => (await run('npm', ['config', 'get', name])).trim()
  const certificates = await setting('cafile')
  const lines = [`registry=${await setting('registry')}`]
  if (existsSync(certificates)) {
    copyInto(root, certificates, '/etc/ssl/npm.pem')
    lines.push('cafile=/etc/ssl/npm.pem')
  }
  writeFileSync(join(root, 'usr/etc/npmrc'), `${lines.join('\n')}\n`)
}
