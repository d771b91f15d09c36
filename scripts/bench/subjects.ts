/** The functions of the benchmark, and their configuration. */
import { join } from 'node:path'
import { bundle } from '../build/bundle.ts'
import { imageNodeOptions } from '../build/node-options.ts'
import { configurationsFor } from '../build/rehearsal/configurations.ts'
import { pythonSubject } from './python.ts'
import type { Subject } from './runner.ts'

export type SubjectName =
  | 'empty'
  | 'axios call'
  | 'floor, introspection'
  | 'floor, JWT'
  | 'Python'
  | 'authorizer, introspection'
  | 'authorizer, introspection cached for 60 s'
  | 'authorizer, JWT'

export type Subjects = Readonly<Partial<Record<SubjectName, Subject>>>

export interface SubjectSettings {
  readonly node: string
  readonly withPython: boolean
  /** The URL of the dependencies. */
  readonly dependencies: string
  /** The variables of a resource principal. */
  readonly principal: Readonly<Record<string, string>>
  /** For the bundles of the references. */
  readonly folder: string
}

export async function makeSubjects(settings: SubjectSettings): Promise<Subjects> {
  const { node, withPython, dependencies, principal, folder } = settings
  const reference = async (name: string): Promise<string> => {
    const file = join(folder, `${name}.cjs`)
    await bundle(`scripts/bench/references/${name}.ts`, file)
    return file
  }
  const { introspection, jwt } = configurationsFor(dependencies, principal)
  const floor = await reference('floor')
  const authorizer = [node, ...imageNodeOptions(), 'dist/func.js']
  return {
    empty: { command: [node, await reference('empty')], environment: {} },
    'axios call': { command: [node, await reference('axios-call')], environment: introspection },
    'floor, introspection': { command: [node, floor], environment: introspection },
    'floor, JWT': { command: [node, floor], environment: jwt },
    ...(withPython && { Python: pythonSubject(introspection) }),
    'authorizer, introspection': { command: authorizer, environment: introspection },
    'authorizer, introspection cached for 60 s': {
      command: authorizer,
      environment: { ...introspection, introspection_cache_seconds: '60' },
    },
    'authorizer, JWT': { command: authorizer, environment: jwt },
  }
}
