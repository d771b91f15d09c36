import { spawnSync } from 'node:child_process'

/** What this machine lacks for building and running the image, one line each. */
export function missingRequirements(
  isInstalled = (program: string) => spawnSync(program, ['--version']).status === 0,
  { platform, uid } = { platform: process.platform as string, uid: process.getuid?.() },
): string[] {
  const missing: string[] = []
  if (platform !== 'linux') missing.push('Linux')
  if (uid !== 0) missing.push('root, for mounts and for other users: try sudo npm run image')
  if (!isInstalled('buildah')) {
    missing.push(
      'buildah: apt-get install --no-install-recommends buildah (or dnf install buildah)',
    )
  }
  if (!isInstalled('unshare') || !isInstalled('setpriv'))
    missing.push('unshare and setpriv of util-linux')
  return missing
}
