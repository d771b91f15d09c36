import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atExit } from '../../stack/at-exit.ts'

export interface Buildah {
  /** Builds an image without a daemon and without pulling anything. */
  build(context: string, options: readonly string[]): Promise<void>
  /** Pulls images from their registry. */
  pull(images: readonly string[]): Promise<void>
  /** Writes an image as an OCI archive. */
  save(image: string, file: string): Promise<void>
  inspect(image: string): Promise<ImageConfiguration>
  /** Mounts the files of a new container; resolves with their path on this machine. */
  mount(image: string): Promise<string>
  /**
   * Ends all running commands, unmounts everything and deletes the folder `path`, which contains the
   * storage. A separate process does it, because this one may end before it is done.
   */
  remove(path: string): void
}

/** Names of the OCI image specification. */
export interface ImageConfiguration {
  readonly User?: string
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly WorkingDir?: string
}

/** Calls `work` with a new folder below /tmp. Removes it, and ends all running commands, afterwards. */
export async function withBuildah<T>(
  name: string,
  work: (buildah: Buildah, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(`/tmp/${name}-`)
  const buildah = startBuildah(join(folder, 'buildah'))
  const remove = (): void => {
    buildah.remove(folder)
  }
  const forget = atExit(remove)
  try {
    return await work(buildah, folder)
  } finally {
    remove()
    forget()
  }
}

/** `folder`: for its storage, separate from that of this machine. */
function startBuildah(folder: string): Buildah {
  const policy = join(folder, 'policy.json')
  const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'runroot')]
  mkdirSync(folder, { recursive: true })
  writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }))
  const buildah = (...words: readonly string[]) => run('buildah', [...storage, ...words])

  return {
    build: async (context, options) => {
      const always = ['--isolation', 'chroot', '--network', 'host', '--pull-never']
      await buildah('bud', ...always, '--signature-policy', policy, ...options, context)
    },
    pull: async (images) => {
      for (const image of images) await buildah('pull', '--signature-policy', policy, image)
    },
    save: async (image, file) => {
      await buildah('push', '--signature-policy', policy, image, `oci-archive:${file}`)
    },
    inspect: async (image) => {
      const text = await buildah('inspect', '--type', 'image', image)
      return (JSON.parse(text) as { OCIv1: { config: ImageConfiguration } }).OCIv1.config
    },
    mount: async (image) => {
      const container = await buildah('from', '--pull-never', '--signature-policy', policy, image)
      return (await buildah('mount', container.trim())).trim()
    },
    remove: (path) => {
      for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
      const buildahCommand = `buildah ${storage.join(' ')}`
      // Overlay storage does not unmount its own folder.
      const script = `${buildahCommand} umount --all; ${buildahCommand} rm --all; umount ${join(folder, 'root', 'overlay')}; rm -rf ${path}`
      spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref()
    },
  }
}

const running = new Set<ChildProcess>()

/** Resolves with standard output. Rejects with the last lines of all output for another status than 0. */
export function run(command: string, words: readonly string[], input = ''): Promise<string> {
  // A separate process group, so that the command's children can be ended with it.
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  running.add(child)
  let stdout = ''
  let all = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    all += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => (all += chunk.toString()))
  // A child that ends early does not read its input; its status shows the failure.
  child.stdin.on('error', () => undefined).end(input)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child)
      reject(error)
    })
    child.once('close', (status) => {
      running.delete(child)
      if (status === 0) resolve(stdout)
      else reject(new Error(`${command} ended with ${status}:\n${lastLines(all)}`))
    })
  })
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-40).join('\n')
}
