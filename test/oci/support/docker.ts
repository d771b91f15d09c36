import { createHash } from 'node:crypto'
import type { Cloud } from '../cloud/cloud.ts'
import { namespace, region } from '../cloud/others.ts'
import type { Command, Outcome } from './fn.ts'

const registry = `${region}.ocir.io`

/** The part of `docker` that `fn deploy` and the documents use; a push creates repository and image. */
export class Docker {
  readonly #cloud: Cloud
  readonly #built = new Set<string>()
  #isLoggedIn = false

  constructor(cloud: Cloud) {
    this.#cloud = cloud
  }

  answer({ args, input }: Pick<Command, 'args' | 'input'>): Outcome {
    const [verb = '', ...rest] = args
    switch (verb) {
      case 'version':
        return { stdout: '27.0\n' }
      case 'login':
        if (rest[0] !== registry || !rest.includes(`${namespace}/<user>`) || input === '') {
          return { stderr: 'unauthorized\n', status: 1 }
        }
        this.#isLoggedIn = true
        return { stdout: 'Login Succeeded\n' }
      case 'logout':
        this.#isLoggedIn = false
        return { stdout: `Removing login credentials for ${rest[0] ?? ''}\n` }
      case 'build':
        this.#built.add(rest[rest.indexOf('-t') + 1] ?? '')
        return {}
      case 'push':
        return this.#push(rest[0] ?? '')
      case 'run': {
        const image = rest.find((word) => word.startsWith(registry)) ?? ''
        return this.#built.has(image)
          ? { stdout: 'false\n' }
          : { stderr: 'no image\n', status: 125 }
      }
    }
    return { stderr: `unknown command ${args.join(' ')}\n`, status: 1 }
  }

  #push(image: string): Outcome {
    if (!this.#isLoggedIn || !this.#built.has(image)) return { stderr: 'denied\n', status: 1 }
    const prefix = `${registry}/${namespace}/`
    const [repositoryName = '', version = ''] = image.slice(prefix.length).split(':')
    if (!image.startsWith(prefix)) return { stderr: 'unknown registry\n', status: 1 }
    const { store } = this.#cloud
    const compartmentId = store.live('application')[0]?.['compartmentId']
    const repository =
      store.live('repository').find((one) => one['displayName'] === repositoryName) ??
      store.add('repository', 'AVAILABLE', { compartmentId, displayName: repositoryName })
    const members = { compartmentId, repositoryId: repository.id, repositoryName, version }
    const digest = `sha256:${createHash('sha256').update(image).digest('hex')}`
    const displayName = `${repositoryName}:${version}`
    store.add('image', 'AVAILABLE', { ...members, displayName, digest })
    return {}
  }
}
