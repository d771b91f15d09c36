import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cloud } from '../cloud/cloud.ts'
import { createFunction, updateFunction } from '../cloud/functions.ts'
import { region } from '../cloud/others.ts'
import type { Json, Resource } from '../cloud/store.ts'

export interface Command {
  readonly name: string
  readonly args: readonly string[]
  readonly input: string
  readonly folder: string
}

export interface Outcome {
  readonly stdout?: string
  readonly stderr?: string
  readonly status?: number
}

export type Run = (name: string, args: readonly string[], folder: string) => Outcome

function failure(message: string): Outcome {
  return { stderr: `\nFn: ${message}\n\n`, status: 1 }
}

/** Behaves like `fn` 0.6.63. In Cloud Shell the region's context is the current one. */
export class Fn {
  readonly #cloud: Cloud
  readonly #run: Run
  readonly #context: Record<string, string> = {}
  #current = region

  constructor(cloud: Cloud, run: Run) {
    this.#cloud = cloud
    this.#run = run
  }

  answer({ args, input, folder }: Command): Outcome {
    const words = args.filter((word) => word !== '-v')
    const [verb = '', noun = '', ...rest] = words
    switch (`${verb} ${noun}`) {
      case 'use context':
        return this.#useContext(rest[0])
      case 'list contexts':
        return {
          stdout: `CURRENT\tNAME\tPROVIDER\n\tdefault\tdefault\n*\t${this.#current}\toracle\n`,
        }
      case 'update context':
        this.#context[rest[0] ?? ''] = rest[1] ?? ''
        return { stdout: `Current context updated ${rest[0] ?? ''} with ${rest[1] ?? ''}\n` }
      case 'config function':
        return this.#onFunction(rest, (target) => {
          setKey(target, rest[2] ?? '', rest[3] ?? '')
        })
      case 'unset config':
        return this.#onFunction(rest.slice(1), (target) => {
          setKey(target, rest[3] ?? '', '')
        })
      case 'update function':
        return this.#onFunction(rest, (target) => {
          this.#update(target, rest.slice(2))
        })
    }
    if (verb === 'deploy') return this.#deploy(words, folder)
    if (verb === 'invoke') return this.#invoke([noun, ...rest], input)
    return failure(`unknown command ${args.join(' ')}`)
  }

  #useContext(name: string | undefined): Outcome {
    if (name !== region && name !== 'default') return failure('Context file not found')
    if (name === this.#current) return failure(`Context ${name} currently in use`)
    this.#current = name
    return { stdout: `Now using context: ${name} \n` }
  }

  #deploy(words: readonly string[], folder: string): Outcome {
    const { registry, 'oracle.compartment-id': compartmentId } = this.#context
    if (registry === undefined || compartmentId === undefined) return failure('no registry set')
    const file = readFileSync(join(folder, 'func.yaml'), 'utf8')
    const member = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(file)?.[1] ?? ''
    const isBumped = !words.includes('--no-bump')
    const version = member('version').replace(/\d+$/, (patch) =>
      String(Number(patch) + (isBumped ? 1 : 0)),
    )
    writeFileSync(join(folder, 'func.yaml'), file.replace(/^version: .*$/m, `version: ${version}`))
    const image = `${registry}/${member('name')}:${version}`
    const proxies = ['--build-arg', 'HTTP_PROXY', '--build-arg', 'HTTPS_PROXY']
    const options = ['-f', 'Dockerfile', '--platform', 'linux/amd64', ...proxies]
    const build = ['build', '-t', image, ...options, '.']
    for (const args of [['version'], build, ['push', image]]) {
      const { status = 0, stderr = '' } = this.#run('docker', args, folder)
      if (status !== 0) return failure(`error running docker ${args[0] ?? ''}: ${stderr}`)
    }
    const name = words[words.indexOf('--app') + 1]
    const { store } = this.#cloud
    const application = store.live('application').find((one) => one['displayName'] === name)
    if (application?.lifecycleState !== 'ACTIVE') return failure(`app ${name ?? ''} not found`)
    const details = {
      image,
      memoryInMBs: Number(member('memory')),
      timeoutInSeconds: Number(member('timeout')),
    }
    const displayName = member('name')
    const existing = store.live('function').find((one) => one['displayName'] === displayName)
    if (existing) updateFunction(store, existing, details)
    else createFunction(store, { ...details, displayName, applicationId: application.id })
    return { stdout: `Updating function ${displayName} using image ${image}...\n` }
  }

  /** Without `--config` it also sends an empty configuration. */
  #update(target: Resource, options: readonly string[]): void {
    const config: Record<string, unknown> = {}
    options.forEach((option, index) => {
      const [key = '', value = ''] = (options[index + 1] ?? '').split('=')
      if (option === '--config') Object.assign(config, target['config'], { [key]: value })
    })
    const image = options[options.indexOf('--image') + 1]
    updateFunction(this.#cloud.store, target, { config, ...(image !== undefined && { image }) })
  }

  #invoke(names: readonly string[], input: string): Outcome {
    const required = ['audience', 'back_end_client_secret_ocid', 'back_end_scope']
    return this.#onFunction(names, (target) => {
      JSON.parse(input)
      const missing = required.filter((key) => !((target['config'] as Json)[key] as string))
      if (missing.length > 0) throw new Error(`502: ${missing.join(', ')}`)
      return '{"active":false}\n'
    })
  }

  #onFunction([app, name]: readonly string[], act: (target: Resource) => unknown): Outcome {
    const { store } = this.#cloud
    const application = store.live('application').find((one) => one['displayName'] === app)
    const target = store
      .live('function')
      .find((one) => one['displayName'] === name && one['applicationId'] === application?.id)
    if (target === undefined) return failure(`function ${name ?? ''} not found`)
    try {
      const output = act(target)
      return { stdout: typeof output === 'string' ? output : '' }
    } catch (error) {
      return failure(String(error))
    }
  }
}

/** An empty value removes the key. */
function setKey(target: Resource, key: string, value: string): void {
  const config = { ...(target['config'] as Record<string, string>) }
  if (value === '') Reflect.deleteProperty(config, key)
  else config[key] = value
  target['config'] = config
}
