/** Reads the source files of the function, with their imports and the members that they use. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export interface Import {
  /** A package, or the path of a file relative to `src`. */
  readonly target: string
  /** `import type` or `export type`. */
  readonly typeOnly: boolean
}

interface SourceFile {
  /** Relative to `src`, with slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  /** Dotted names such as `process.env`, except in comments and strings. */
  readonly dottedNames: readonly string[]
}

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))

export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => readSourceFile(path, readFileSync(join(SRC, path), 'utf8')))
}

export function readSourceFile(path: string, text: string): SourceFile {
  const imports: Import[] = []
  const dottedNames: string[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const { text: name } = specifier
    const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : name
    imports.push({ target, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isCallExpression(node) && isLoading(node.expression)) {
      add(node.arguments[0], false)
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    } else if (ts.isPropertyAccessExpression(node)) {
      dottedNames.push(node.getText(source))
    }
    ts.forEachChild(node, visit)
  }
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  visit(source)
  return { path, text, imports, dottedNames }
}

/** `import(…)` or `require(…)`. */
function isLoading(called: ts.Expression): boolean {
  return (
    called.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(called) && called.text === 'require')
  )
}
