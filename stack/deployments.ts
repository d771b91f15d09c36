/** The deployments of `deploy/` on the local gateway. */
import { readFile } from 'node:fs/promises'
import type { DeploymentOptions } from './gateway/deployment.ts'
import type { IdentityDomain } from './identity/identity-domain.ts'
import { PLACEHOLDERS, type Registrations } from './registrations.ts'

/** The path prefixes of the deployments of `deploy/` and of the user's own. */
export const PATH_PREFIXES = {
  own: '/own',
  multiArgument: '/oic',
  singleArgument: '/single',
  basicPassThrough: '/pass-through',
  basicAtRoute: '/at-route',
  jwtStock: '/jwt',
  jwtBasicAtRoute: '/jwt-at-route',
} as const

/** The specifications of `deploy/`, with the values of this stack. */
export async function readDeployments(
  { oicUser }: Registrations,
  callers: IdentityDomain,
): Promise<readonly DeploymentOptions[]> {
  const modulus = callers.publicKeys().keys[0]?.n ?? ''
  const credentials = Buffer.from(`${oicUser.name}:${oicUser.password}`).toString('base64')
  const files = [
    [PATH_PREFIXES.multiArgument, 'api-deployment.json'],
    [PATH_PREFIXES.singleArgument, 'api-deployment.single-argument.json'],
    [PATH_PREFIXES.basicPassThrough, 'api-deployment.basic-pass-through.json'],
    [PATH_PREFIXES.basicAtRoute, 'api-deployment.basic-at-route.json'],
    [PATH_PREFIXES.jwtStock, 'api-deployment.jwt-stock.json'],
    [PATH_PREFIXES.jwtBasicAtRoute, 'api-deployment.jwt-basic-at-route.json'],
  ] as const
  return Promise.all(
    files.map(async ([pathPrefix, file]) => {
      const text = await readFile(new URL(`../deploy/${file}`, import.meta.url), 'utf8')
      const specification: unknown = JSON.parse(
        text
          .replace(PLACEHOLDERS.basicCredentials, credentials)
          .replace(PLACEHOLDERS.signingKeyModulus, modulus),
      )
      return { pathPrefix, specification, name: file }
    }),
  )
}
