import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The complete content of the function's folder: `dist/` with its notices. */
const EXPECTED = [
  'THIRD-PARTY-NOTICES.txt',
  'authorizer.js',
  'authorizer.js.compiled',
  'func.js',
  'package.json',
  'sbom.cdx.json',
]

/** The problems of the function's folder, one line each. `owner`: root; another uid in tests. */
export function fileProblems(folder: string, owner = 0): string[] {
  const names = readdirSync(folder, { recursive: true }).map(String)
  return [
    ...EXPECTED.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...names
      .filter((name) => !EXPECTED.includes(name))
      .map((name) => `${name} does not belong there`),
    ...['.', ...names].flatMap((name) => writableProblem(name, join(folder, name), owner)),
  ]
}

/** Also checks the owner, who can change the mode. */
function writableProblem(name: string, path: string, owner: number): string[] {
  const status = lstatSync(path)
  const { mode, uid } = status
  if (uid !== owner) return [`${name} belongs to uid ${uid}, which can write it`]
  const writers = status.isDirectory() ? 0o022 : 0o222
  return (mode & writers) === 0 ? [] : [`${name} is writable (mode ${(mode & 0o777).toString(8)})`]
}
