/** Keycloak's distribution: downloaded, verified by its hash and built once. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { atExit } from '../../../stack/at-exit.ts'

export const keycloakVersion = '26.7.3'
const archiveName = `keycloak-quarkus-dist-${keycloakVersion}.zip`
const archiveSha256 = '27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f'
const artifact = `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:zip`
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0'

/** Returns the folder of a Keycloak that is ready to start. */
export async function prepareKeycloak(
  cacheFolder: string,
  print: (line: string) => void,
): Promise<string> {
  const home = join(cacheFolder, `keycloak-${keycloakVersion}`)
  if (existsSync(home)) return home

  mkdirSync(cacheFolder, { recursive: true })
  const staging = mkdtempSync(join(cacheFolder, 'staging-'))
  const removeStaging = () => {
    rmSync(staging, { recursive: true, force: true })
  }
  const forget = atExit(removeStaging)
  try {
    print(`downloading Keycloak ${keycloakVersion} with Maven (170 MB, unless Maven has cached it)`)
    await download(staging)
    const unpacked = join(staging, `keycloak-${keycloakVersion}`)
    print('building Keycloak for an in-memory database (once)')
    await run(join(unpacked, 'bin', 'kc.sh'), ['build', '--db=dev-mem', '--cache=local'], staging)
    // A parallel run may have created the same folder.
    if (!existsSync(home)) renameSync(unpacked, home)
  } finally {
    forget()
    removeStaging()
  }
  return home
}

/** Downloads and unpacks the archive, and verifies its hash. */
async function download(folder: string): Promise<void> {
  await run(
    'mvn',
    [
      ...['--batch-mode', '--no-transfer-progress', '--quiet', '--strict-checksums'],
      ...[`${dependencyPlugin}:copy`, `${dependencyPlugin}:unpack`],
      ...[`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`, '-Dstyle.color=never'],
    ],
    folder,
  )
  const archive = await readFile(join(folder, archiveName))
  const sha256 = createHash('sha256').update(archive).digest('hex')
  if (sha256 !== archiveSha256) throw new Error(`${archiveName} has the SHA-256 ${sha256}`)
}

/** Runs a command. Rejects with its output if it fails. */
function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('error', reject)
    child.once('close', (status) => {
      if (status === 0) resolve()
      else reject(new Error(`${command} failed:\n${Buffer.concat(output).toString()}`))
    })
  })
}
