/**
 * Owns which functions the benchmark runs, and how each is configured.
 * I/O: bundles the references into the folder that it is given.
 */
import { join } from 'node:path'
import { bundle } from '../build/bundle.ts'
import { imageNodeOptions } from '../build/node-options.ts'
import { configurationsFor } from '../build/rehearsal/configurations.ts'
import type { Subject } from './runner.ts'

export type SubjectName =
  | 'empty'
  | 'axios call'
  | 'floor, introspection'
  | 'floor, JWT'
  | 'authorizer, introspection'
  | 'authorizer, introspection kept for 60 s'
  | 'authorizer, JWT'

export type Subjects = Readonly<Record<SubjectName, Subject>>

export async function makeSubjects(
  dependencies: string,
  principal: Readonly<Record<string, string>>,
  folder: string,
): Promise<Subjects> {
  const reference = async (name: string): Promise<string> => {
    const file = join(folder, `${name}.cjs`)
    await bundle(`scripts/bench/references/${name}.ts`, file)
    return file
  }
  const { introspection, jwt } = configurationsFor(dependencies, principal)
  const referenceArguments: readonly string[] = []
  const ours = (environment: Readonly<Record<string, string>>): Subject => ({
    entry: 'dist/func.js',
    environment,
    nodeArguments: imageNodeOptions(),
  })
  const floor = await reference('floor')
  const of = (entry: string, environment: Readonly<Record<string, string>>): Subject => ({
    entry,
    environment,
    nodeArguments: referenceArguments,
  })
  return {
    empty: of(await reference('empty'), {}),
    'axios call': of(await reference('axios-call'), introspection),
    'floor, introspection': of(floor, introspection),
    'floor, JWT': of(floor, jwt),
    'authorizer, introspection': ours(introspection),
    'authorizer, introspection kept for 60 s': ours({
      ...introspection,
      introspection_cache_seconds: '60',
    }),
    'authorizer, JWT': ours(jwt),
  }
}
