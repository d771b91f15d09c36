import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { atExit } from '../../stack/at-exit.ts'

/**
 * A folder in the user's cache that `install` fills once. Several processes may install it at the same
 * time: each fills a folder of its own, and the first that finishes publishes it under a symbolic link.
 * A rename would not do: virtual environments contain their own path.
 */
export function cachedFolder(name: string, install: (folder: string) => void): string {
  const { XDG_CACHE_HOME: caches = join(homedir(), '.cache') } = process.env
  const published = join(caches, 'oic-gateway-authorizer', name)
  if (existsSync(published)) return published
  mkdirSync(join(published, '..'), { recursive: true })
  const folder = mkdtempSync(`${published}-`)
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  const forget = atExit(remove)
  try {
    install(folder)
    if (existsSync(published)) remove()
    else publish(folder, published)
  } catch (error) {
    remove()
    throw error
  } finally {
    forget()
  }
  return published
}

/** Replaces a link whose folder was deleted. */
function publish(folder: string, published: string): void {
  const link = `${folder}.link`
  symlinkSync(basename(folder), link)
  renameSync(link, published)
}

/** A virtual environment with `packages`, which are arguments of `pip install`. */
export function pythonEnvironment(
  name: string,
  packages: readonly string[],
  announce: (folder: string) => void,
): string {
  return cachedFolder(name, (folder) => {
    announce(folder)
    run('python3', ['-m', 'venv', folder])
    const pip = ['install', '--quiet', '--disable-pip-version-check']
    run(join(folder, 'bin', 'pip'), [...pip, ...packages])
  })
}

/** Throws if the command fails. */
export function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
