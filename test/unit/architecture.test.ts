import { describe, expect, it } from '@jest/globals'
import { readSourceFile, readSourceFiles } from './support/source-files.ts'

const files = readSourceFiles()
/** Without declarations for external packages. */
const modules = files.filter(({ path }) => !path.endsWith('.d.ts'))

function isOwn(target: string): boolean {
  return files.some(({ path }) => path === target)
}

describe('reading source files', () => {
  it('finds all kinds of imports, and dotted names outside of comments and strings', () => {
    const text = [
      "import a, { type B } from 'package-a'",
      "import type { C } from './c.ts'",
      "export { d } from '../d.ts'",
      "export type { E } from './e.ts'",
      "import 'package-f'",
      "const g = await import('package-g')",
      "type H = import('package-h').H",
      "const i = require('package-i')",
      '// Date.now() and import("package-j")',
      "const k = ['Date.now()', process.env['K']]",
    ].join('\n')

    const { imports, dottedNames } = readSourceFile('folder/file.ts', text)

    expect(imports).toStrictEqual([
      { target: 'package-a', typeOnly: false },
      { target: 'folder/c.ts', typeOnly: true },
      { target: 'd.ts', typeOnly: false },
      { target: 'folder/e.ts', typeOnly: true },
      { target: 'package-f', typeOnly: false },
      { target: 'package-g', typeOnly: false },
      { target: 'package-h', typeOnly: true },
      { target: 'package-i', typeOnly: false },
    ])
    expect(dottedNames).toStrictEqual(['process.env'])
  })

  it('finds the modules', () => {
    expect(modules.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['func.ts', 'decision.ts', 'platform/http.ts', 'caller/claims.ts']),
    )
  })
})

describe('the use of dependencies', () => {
  const packages: readonly { name: RegExp; path: RegExp }[] = [
    { name: /^axios$/, path: /^platform\/http\.ts$/ },
    { name: /^jose(\/|$)/, path: /^(caller|oauth)\// },
    { name: /^valibot$/, path: /^(config\/|providers\/|platform\/schema-fields\.ts$)/ },
    { name: /^jsonc-parser$/, path: /^config\/checks\/json-text\.ts$/ },
    { name: /^oci-/, path: /^vault\// },
    { name: /^@fnproject\/fdk$/, path: /^func\.ts$/ },
    { name: /^node:(?!crypto$|util$|fs$|path$|module$|vm$|https?$)/, path: /^$/ },
    { name: /^node:https?$/, path: /^platform\/(http|connections)\.ts$/ },
    { name: /^node:(fs|path)$/, path: /^(func|platform\/compiled-file)\.ts$/ },
    { name: /^node:(module|vm)$/, path: /^platform\/compiled-file\.ts$/ },
    { name: /^node:(crypto|util)$/, path: /./ },
  ]

  it('imports each package only where it is allowed', () => {
    const external = files.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !isOwn(target)).map(({ target }) => ({ path, target })),
    )
    const notAllowed = external.filter(
      (used) => !packages.some(({ name, path }) => name.test(used.target) && path.test(used.path)),
    )

    expect(external.length).toBeGreaterThan(0)
    expect(notAllowed).toStrictEqual([])
  })

  it.each([
    ['the environment', /^process\.(env|argv)$/, ['func.ts']],
    ['the process', /^process\.(on|exit|kill|abort)$/, ['boot/start.ts']],
    ['standard output', /^(process\.(stdout|stderr)|console\.\w+)$/, ['platform/log.ts']],
    ['the wall clock', /^Date\.now$/, ['platform/clock.ts']],
    ['other clocks', /^(performance\.\w+|process\.(hrtime|uptime))$/, []],
    ['predictable random numbers', /^Math\.random$/, []],
  ])('is limited to certain files: %s', (_what, name, expected) => {
    const paths = files
      .filter(({ dottedNames }) => dottedNames.some((dotted) => name.test(dotted)))
      .map(({ path }) => path)

    expect(paths).toStrictEqual(expected)
  })

  it('does not read the clock with `new Date()`', () => {
    const readers = files.filter(({ text }) => /\bnew Date\(\)|[^.\w]Date\(\)/.test(text))

    expect(readers.map(({ path }) => path)).toStrictEqual([])
  })
})

describe('layers', () => {
  const LAYERS: readonly (readonly string[])[] = [
    ['func'],
    ['boot'],
    ['call'],
    ['authorizer'],
    ['config', 'gateway', 'caller', 'backend'],
    ['providers'],
    ['oauth', 'vault'],
    ['decision'],
    ['checks'],
    ['reasons'],
    ['platform'],
  ]

  /** Types that folders of the same layer may import: the configuration model, keys and the secret cache. */
  const ALLOWED_TYPES = [
    'caller → config/model.ts',
    'config → caller/json-web-key.ts',
    'backend → config/model.ts',
    'oauth → vault/secret-cache.ts',
  ]
  /**
   * The configuration rejects the reserved names of context values, and validates keys with the same
   * code as published keys.
   */
  const ALLOWED_VALUES = ['config → gateway/response.ts', 'config → caller/json-web-key.ts']

  const folderOf = (path: string): string => path.replace(/(\/.*|\.ts)$/, '')
  const layerOf = (path: string): number =>
    LAYERS.findIndex((folders) => folders.includes(folderOf(path)))

  const ownImports = modules.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => isOwn(target))
      .map(({ target, typeOnly }) => ({ path, target, typeOnly })),
  )

  it('include each module', () => {
    expect(modules.filter(({ path }) => layerOf(path) < 0)).toStrictEqual([])
  })

  it('are imported only from above, with the listed exceptions', () => {
    const violations = ownImports.filter(({ path, target, typeOnly }) => {
      if (folderOf(path) === folderOf(target) || layerOf(path) < layerOf(target)) return false
      const allowed = typeOnly ? ALLOWED_TYPES : ALLOWED_VALUES
      return !allowed.includes(`${folderOf(path)} → ${target}`)
    })

    expect(ownImports.length).toBeGreaterThan(modules.length)
    expect(violations).toStrictEqual([])
  })

  it('have no unused exception', () => {
    const used = new Set(ownImports.map(({ path, target }) => `${folderOf(path)} → ${target}`))

    expect(
      [...ALLOWED_TYPES, ...ALLOWED_VALUES].filter((exception) => !used.has(exception)),
    ).toStrictEqual([])
  })

  it('have no import cycle, including type imports', () => {
    expect(modules.map(({ path }) => cycleThrough(path))).toStrictEqual(
      modules.map(() => undefined),
    )
  })

  it('import no file outside of src', () => {
    const outside = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => /^\.\.|^\/|(^|\/)(test|scripts|stack)\//.test(target))
        .map(({ target }) => `${path} → ${target}`),
    )

    expect(outside).toStrictEqual([])
  })

  /** A path of imports from a module to itself. */
  const cycleThrough = (start: string): readonly string[] | undefined => {
    const chains: (readonly string[])[] = [[start]]
    const seen = new Set<string>()
    for (let chain = chains.pop(); chain !== undefined; chain = chains.pop()) {
      const last = chain.at(-1)
      for (const { target } of ownImports.filter(({ path }) => path === last)) {
        if (target === start) return [...chain, target]
        if (!seen.has(target)) chains.push([...chain, target])
        seen.add(target)
      }
    }
    return undefined
  }
})

describe('each module', () => {
  // The list of reasons is a table.
  const code = files.filter(({ path }) => path !== 'reasons.ts')

  it.each(code.map(({ path, text }) => [path, text.split('\n').length - 1] as const))(
    'has at most 250 lines: %s',
    (_path, lines) => {
      expect(lines).toBeLessThanOrEqual(250)
    },
  )
})
