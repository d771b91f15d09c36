/**
 * Runs the bundled authorizer through its first calls and keeps what V8 compiled of it, beside it.
 * A process of its own, with the image's options: `rehearse.ts dist/authorizer.js`.
 * I/O: serves and asks HTTP on loopback; temporary files; writes the compiled file.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { Script } from 'node:vm'
import { compiledName, wrapped } from '../../src/platform/compiled-file.ts'
import type { start } from '../../src/boot/start.ts'
import { createResourcePrincipal } from '../../stack/resource-principal.ts'
import { makeCaller } from '../stand-ins/caller.ts'
import { configurationFor } from '../stand-ins/configuration.ts'
import { startNeighbours } from '../stand-ins/neighbours.ts'

/** Calls after which everything that a permit takes has been compiled. */
const CALLS = 3

const path = resolve(process.argv[2] ?? '')
const script = new Script(wrapped(readFileSync(path, 'utf8')), { filename: path })
const module = { exports: {} as { start: typeof start } }
const load = script.runInThisContext() as (...parameters: readonly unknown[]) => void
load(module.exports, createRequire(path), module)

const caller = makeCaller()
const neighbours = await startNeighbours(caller.jwks)
const principal = await createResourcePrincipal()
Object.assign(process.env, principal.environment)
const { introspecting, verifying } = configurationFor(neighbours.url, principal.environment)

// The rehearsal's own log is of no interest.
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = () => true
const answers: unknown[] = []
for (const environment of [introspecting, verifying]) {
  const answerCall = module.exports.start(environment)
  for (let call = 0; call < CALLS; call += 1) {
    const data = { token: `Bearer ${await caller.token()}` }
    const payload = Buffer.from(JSON.stringify({ type: 'USER_DEFINED', data }))
    answers.push(await answerCall({ payload, callId: undefined, fnDeadline: undefined }))
  }
}
process.stdout.write = write
if (!answers.every((answer) => JSON.stringify(answer).includes('"active":true'))) {
  throw new Error('the rehearsal did not end in permits')
}
writeFileSync(compiledName(path), script.createCachedData())
neighbours.close()
principal.remove()
// Kept connections would hold the process for a while.
process.exit(0)
