import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { baseImagesOf, makeBaseImages } from '../image/base-images.ts'
import { withBuildah } from '../image/buildah.ts'
import { missingRequirements } from '../image/requirements.ts'

const TAG = 'localhost/authorizer'

/**
 * Builds the image and writes it as an OCI archive; resolves with the result. `onSubstitutes` builds it on
 * substitutes for the base images. Rejects if the build fails, for example without the registry.
 */
export async function writeImage(file: string, onSubstitutes: boolean): Promise<string> {
  const missing = missingRequirements()
  if (missing.length > 0) return `image: skipped, because it needs ${missing.join('; ')}`
  return withBuildah('release', async (buildah, folder) => {
    const bases = baseImagesOf(readFileSync('Dockerfile', 'utf8'))
    if (onSubstitutes) await makeBaseImages(buildah, bases, join(folder, 'bases'))
    else await buildah.pull([bases.build, bases.runtime])
    await buildah.build('.', ['--tag', TAG])
    await buildah.save(TAG, resolve(file))
    return onSubstitutes
      ? 'image: built on substitutes for the base images'
      : `image: built on ${bases.runtime}`
  })
}
