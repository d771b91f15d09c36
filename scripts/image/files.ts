import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Everything that the function's folder has: `dist/` with its notices. */
const EXPECTED = [
  'THIRD-PARTY-NOTICES.txt',
  'authorizer.js',
  'authorizer.js.compiled',
  'func.js',
  'package.json',
  'sbom.cdx.json',
]

/** What is wrong with the files of the function's folder, one line each. `owner`: uid of root, but for tests. */
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

/** By mode and owner: the owner of a file can change its mode. */
function writableProblem(name: string, path: string, owner: number): string[] {
  const status = lstatSync(path)
  const { mode, uid } = status
  if (uid !== owner) return [`${name} belongs to uid ${uid}, who can write it`]
  const writers = status.isDirectory() ? 0o022 : 0o222
  return (mode & writers) === 0 ? [] : [`${name} is writable (mode ${(mode & 0o777).toString(8)})`]
}
