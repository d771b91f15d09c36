import { spawnSync } from 'node:child_process'

/** What this machine lacks for building and running the image, one line each. */
export function missingRequirements(
  isThere = (program: string) => spawnSync(program, ['--version']).status === 0,
  { platform, uid } = { platform: process.platform as string, uid: process.getuid?.() },
): string[] {
  const missing: string[] = []
  if (platform !== 'linux') missing.push('Linux')
  if (uid !== 0) missing.push('root, for mounts and for other users: try sudo npm run image')
  if (!isThere('buildah')) {
    missing.push(
      'buildah: apt-get install --no-install-recommends buildah (or dnf install buildah)',
    )
  }
  if (!isThere('unshare') || !isThere('setpriv')) missing.push('unshare and setpriv of util-linux')
  return missing
}
