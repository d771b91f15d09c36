import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, type ImageConfiguration } from './buildah.ts'

export interface Container {
  /** Path of a program that starts the image's entry point and ignores its arguments. */
  readonly entryPoint: string
  /** Runs `node -e` in the container with the entry point's options; resolves with standard output. */
  evaluate(script: string, words?: readonly string[], input?: string): Promise<string>
}

/** Functions, "Creating a Custom Dockerfile": the user and group of every container. */
const USER = 1000

/**
 * Runs an image like OCI Functions: as uid and gid 1000 without other groups, on a root that is read-only
 * except for `/tmp`. `shared` is the folder below `/tmp` for sockets and the files of the resource
 * principal; it has the same path on both sides. The network is that of this machine.
 */
export function createContainer(
  root: string,
  { Env = [], Entrypoint = [], WorkingDir = '/' }: ImageConfiguration,
  { folder, shared }: { readonly folder: string; readonly shared: string },
): Container {
  const mountPoint = join(folder, 'mount')
  mkdirSync(mountPoint)
  const inside = join(folder, 'inside')
  const entryPoint = join(folder, 'entry-point')
  const enter = join(folder, 'enter')
  const setUp = [
    'set -e',
    `mount --bind ${root} ${mountPoint}`,
    `mount -o remount,bind,ro ${mountPoint}`,
    `mount -t tmpfs -o mode=1777 tmpfs ${mountPoint}/tmp`,
    `mkdir -p ${mountPoint}${shared}`,
    `mount --bind ${shared} ${mountPoint}${shared}`,
    `mount --rbind /proc ${mountPoint}/proc`,
    `mount -t tmpfs tmpfs ${mountPoint}/dev`,
    `for device in null zero random urandom; do`,
    `  touch ${mountPoint}/dev/$device; mount --bind /dev/$device ${mountPoint}/dev/$device`,
    `done`,
    ...Env.map((pair) => `export ${quoted(pair)}`),
    // Absolute, because PATH is now that of the image.
    `exec /usr/bin/setpriv --clear-groups --no-new-privs \\`,
    `  /usr/bin/unshare --root=${mountPoint} --wd=${WorkingDir} --setgid=${USER} --setuid=${USER} -- "$@"`,
  ]
  writeScript(inside, setUp)
  writeScript(enter, [
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `chown -R ${USER}:${USER} ${shared}`,
    `exec unshare --mount --propagation private ${inside} "$@"`,
  ])
  writeScript(entryPoint, [`exec ${enter} ${Entrypoint.map(quoted).join(' ')}`])

  return {
    entryPoint,
    evaluate: (script, words = [], input = '') =>
      run(enter, [...Entrypoint.slice(0, -1), '-e', script, ...words], input),
  }
}

function writeScript(path: string, lines: readonly string[]): void {
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 })
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
