/**
 * Owns the loading of a bundled file together with what V8 compiled of it when it was built.
 * I/O: reads both files.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Script } from 'node:vm'

type Load = (exports: object, require: NodeJS.Require, module: { exports: unknown }) => void

/** What a CommonJS module is wrapped in, on one line so that line numbers stay. */
export function wrapped(source: string): string {
  return `(function (exports, require, module) {${source}\n})`
}

/** Where the compiled form of a file lies. */
export function compiledName(path: string): string {
  return `${path}.compiled`
}

/**
 * The exports of the CommonJS file. Its compiled form saves most of the time that it takes to load;
 * where it is absent, or of another version of Node, V8 compiles the source as ever.
 */
export function loadCompiledFile(path: string): unknown {
  const cachedData = readIfThere(compiledName(path))
  const script = new Script(wrapped(readFileSync(path, 'utf8')), {
    filename: path,
    ...(cachedData && { cachedData }),
  })
  const module = { exports: {} as unknown }
  const load = script.runInThisContext() as Load
  load(module.exports as object, createRequire(path), module)
  return module.exports
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
