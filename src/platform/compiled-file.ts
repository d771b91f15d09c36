import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Script } from 'node:vm'

type Load = (exports: object, require: NodeJS.Require, module: { exports: unknown }) => void

/** The CommonJS module wrapper, on one line so that line numbers stay the same. */
export function wrapped(source: string): string {
  return `(function (exports, require, module) {${source}\n})`
}

/** The path of a file's compiled code (V8's code cache). */
export function compiledName(path: string): string {
  return `${path}.compiled`
}

/**
 * Loads a CommonJS file with the compiled code beside it, which saves most of the loading time. If
 * the compiled code is missing or belongs to another version of Node, V8 compiles the source.
 */
export function loadCompiledFile(path: string): unknown {
  const cachedData = readIfPresent(compiledName(path))
  const script = new Script(wrapped(readFileSync(path, 'utf8')), {
    filename: path,
    ...(cachedData && { cachedData }),
  })
  const module = { exports: {} as unknown }
  const load = script.runInThisContext() as Load
  load(module.exports as object, createRequire(path), module)
  return module.exports
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
