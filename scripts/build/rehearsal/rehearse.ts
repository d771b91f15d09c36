/**
 * `rehearse.ts dist/authorizer.js`: runs the first calls of the bundle, and writes the code that V8
 * compiled for them into a file beside it. It needs a process of its own, with the image's options for Node.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { Script } from 'node:vm'
import type { start } from '../../../src/boot/start.ts'
import { compiledName, wrapped } from '../../../src/platform/compiled-file.ts'
import { createCaller } from './caller.ts'
import { configurationsFor } from './configurations.ts'
import { startDependencies } from './dependencies.ts'
import { createPrincipal } from './resource-principal.ts'

/** Enough to compile everything that a permit needs. */
const CALLS = 3

const path = resolve(process.argv[2] ?? '')
const script = new Script(wrapped(readFileSync(path, 'utf8')), { filename: path })
const module = { exports: {} as { start: typeof start } }
const load = script.runInThisContext() as (...parameters: readonly unknown[]) => void
load(module.exports, createRequire(path), module)

const caller = createCaller()
const dependencies = await startDependencies(caller.jwks)
const principal = createPrincipal()
Object.assign(process.env, principal.environment)
const { introspection, jwt } = configurationsFor(dependencies.url, principal.environment)

// Keeps the function's log out of the build's output.
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = () => true
const answers: unknown[] = []
for (const environment of [introspection, jwt]) {
  const answerCall = module.exports.start(environment)
  for (let call = 0; call < CALLS; call += 1) {
    const data = { token: `Bearer ${await caller.token()}` }
    const payload = Buffer.from(JSON.stringify({ type: 'USER_DEFINED', data }))
    answers.push(await answerCall({ payload, callId: undefined, fnDeadline: undefined }))
  }
}
process.stdout.write = write
if (!answers.every((answer) => JSON.stringify(answer ?? null).includes('"active":true'))) {
  // The function's own handler would log a thrown error, and the process would not end.
  console.error(`the rehearsal did not end in permits: ${JSON.stringify(answers)}`)
  process.exit(1)
}
writeFileSync(compiledName(path), script.createCachedData())
dependencies.close()
principal.remove()
// Kept connections would delay the end.
process.exit(0)
