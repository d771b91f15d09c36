import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { atExit } from '../../stack/at-exit.ts'
import { baseImagesOf, makeBaseImages } from '../image/base-images.ts'
import { startBuildah } from '../image/buildah.ts'
import { missingRequirements } from '../image/requirements.ts'

const TAG = 'localhost/authorizer'

/**
 * Builds the image and writes it as an OCI archive; resolves with what was done. `onStandIns` builds it
 * on stand-ins for the base images. Rejects if the build fails, such as without the registry.
 */
export async function writeImage(file: string, onStandIns: boolean): Promise<string> {
  const missing = missingRequirements((program) => spawnSync(program, ['--version']).status === 0)
  if (missing.length > 0) return `image: left out, as this is missing: ${missing.join('; ')}`
  const folder = mkdtempSync('/tmp/release-')
  const buildah = startBuildah(join(folder, 'buildah'))
  function removeAll(): void {
    buildah.remove(folder)
  }
  const forget = atExit(removeAll)
  try {
    const bases = baseImagesOf(readFileSync('Dockerfile', 'utf8'))
    if (onStandIns) await makeBaseImages(buildah, bases, join(folder, 'bases'))
    else await buildah.pull([bases.build, bases.runtime])
    await buildah.build('.', ['--tag', TAG])
    await buildah.save(TAG, resolve(file))
    return onStandIns
      ? 'image: built on stand-ins for the base images'
      : `image: built on ${bases.runtime}`
  } finally {
    removeAll()
    forget()
  }
}
