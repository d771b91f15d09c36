import { join } from 'node:path'
import ts from 'typescript'
import type { RecordedBody } from '../cloud/cloud.ts'
import { root } from './documents.ts'

/** The image source of functions, which the CLI sends but the pinned version of the SDK does not have. */
const additions: Readonly<Record<string, string>> = {
  UpdateFunctionDetails:
    "{ readonly sourceDetails?: { readonly sourceType: 'CONTAINER_IMAGE'; readonly image?: string } }",
}

/** One line. The SDK declares the keys of a JWT policy by their base type, without its members. */
const preamble = [
  "import type { Wire } from '../../stack/gateway/sdk-model.ts';",
  "import type { models } from 'oci-apigateway';",
  'type Key = models.StaticPublicKey;',
  'type Sent<T> = T extends string ? `${T}` : T extends readonly (infer Item)[] ? readonly Sent<Item>[]',
  ': [T, Key] extends [Key, T] ? Wire<models.JsonWebKey | models.PemEncodedPublicKey>',
  ': T extends object ? { [Name in keyof T]: Sent<T[Name]> } : T',
].join(' ')

/** The errors of the SDK's types for these bodies: unknown members, wrong values and wrong types. */
export function modelProblems(bodies: readonly RecordedBody[]): string[] {
  const lines = bodies.map(({ model: [sdk, name], body }, index) => {
    const type = `Sent<import('${sdk}').models.${name}>`
    const addition = additions[name]
    const whole = addition === undefined ? type : `${type} & ${addition}`
    return `export const body${index}: ${whole} = ${JSON.stringify(body)}`
  })
  const file = join(root, 'test/oci/recorded-bodies.ts')
  const text = [preamble, ...lines].join('\n')
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const readDisk = host.getSourceFile.bind(host)
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(file, text, target) : readDisk(name, target)
  const program = ts.createProgram([file], options, host)
  const problems = ts.getPreEmitDiagnostics(program)
  return problems.map(({ file: at, start, messageText }) => {
    const line = at && start !== undefined ? at.getLineAndCharacterOfPosition(start).line : 0
    const message = ts.flattenDiagnosticMessageText(messageText, '\n')
    return `${bodies[line - 1]?.request ?? at?.fileName ?? ''}: ${message}`
  })
}
