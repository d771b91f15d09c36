import { describe, expect, it } from '@jest/globals'
import { readSourceFile, readSourceFiles } from './support/source-files.ts'

const files = readSourceFiles()
/** A declaration of a foreign package's types is no module of ours. */
const modules = files.filter(({ path }) => !path.endsWith('.d.ts'))

function isOwn(target: string): boolean {
  return files.some(({ path }) => path === target)
}

describe('the reading of source files', () => {
  it('sees every kind of import, and dotted names outside of comments and texts', () => {
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

    const { imports, dottedNames } = readSourceFile('room/file.ts', text)

    expect(imports).toStrictEqual([
      { target: 'package-a', typeOnly: false },
      { target: 'room/c.ts', typeOnly: true },
      { target: 'd.ts', typeOnly: false },
      { target: 'room/e.ts', typeOnly: true },
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

describe('one door per dependency', () => {
  const packages: readonly { name: RegExp; door: RegExp }[] = [
    { name: /^axios$/, door: /^platform\/http\.ts$/ },
    { name: /^jose(\/|$)/, door: /^(caller|oauth)\// },
    { name: /^valibot$/, door: /^(config\/|providers\/|platform\/schema-fields\.ts$)/ },
    { name: /^jsonc-parser$/, door: /^config\/checks\/json-text\.ts$/ },
    { name: /^oci-/, door: /^vault\// },
    { name: /^@fnproject\/fdk$/, door: /^func\.ts$/ },
    { name: /^node:(?!crypto$|util$|fs$|path$|module$|vm$|https?$)/, door: /^$/ },
    { name: /^node:https?$/, door: /^platform\/(http|connections)\.ts$/ },
    { name: /^node:(fs|path)$/, door: /^(func|platform\/compiled-file)\.ts$/ },
    { name: /^node:(module|vm)$/, door: /^platform\/compiled-file\.ts$/ },
    { name: /^node:(crypto|util)$/, door: /./ },
  ]

  it('is the only way to each package, and no other package is used', () => {
    const foreign = files.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !isOwn(target)).map(({ target }) => ({ path, target })),
    )
    const elsewhere = foreign.filter(
      ({ path, target }) =>
        !packages.some(({ name, door }) => name.test(target) && door.test(path)),
    )

    expect(foreign.length).toBeGreaterThan(0)
    expect(elsewhere).toStrictEqual([])
  })

  it.each([
    ['the environment', /^process\.(env|argv)$/, ['func.ts']],
    ['the process', /^process\.(on|exit|kill|abort)$/, ['boot/start.ts']],
    ['standard output', /^(process\.(stdout|stderr)|console\.\w+)$/, ['platform/log.ts']],
    ['the wall clock', /^Date\.now$/, ['platform/clock.ts']],
    ['any other clock', /^(performance\.\w+|process\.(hrtime|uptime))$/, []],
    ['chance that nobody should guess', /^Math\.random$/, []],
  ])('is the only way to %s', (_what, name, doors) => {
    const users = files
      .filter(({ dottedNames }) => dottedNames.some((dotted) => name.test(dotted)))
      .map(({ path }) => path)

    expect(users).toStrictEqual(doors)
  })

  it('lets nobody else read the clock by making a date of nothing', () => {
    const makers = files.filter(({ text }) => /\bnew Date\(\)|[^.\w]Date\(\)/.test(text))

    expect(makers.map(({ path }) => path)).toStrictEqual([])
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
    ['findings'],
    ['reasons'],
    ['platform'],
  ]

  /**
   * What rooms of one layer may know of each other.
   * Types alone: the model is the language in which callers' rules and backends are configured,
   * keys included, and the secret cache is a port. Nothing of it runs in the room that names it.
   */
  const TYPES_OF_SIBLINGS = [
    'caller → config/model.ts',
    'config → caller/json-web-key.ts',
    'backend → config/model.ts',
    'oauth → vault/secret-cache.ts',
  ]
  /**
   * The configuration has to keep off the context names that the gateway's answer has already, and
   * judges keys by the very code that judges published ones.
   */
  const VALUES_OF_SIBLINGS = ['config → gateway/response.ts', 'config → caller/json-web-key.ts']

  const roomOf = (path: string): string => path.replace(/(\/.*|\.ts)$/, '')
  const layerOf = (path: string): number =>
    LAYERS.findIndex((rooms) => rooms.includes(roomOf(path)))

  const ownImports = modules.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => isOwn(target))
      .map(({ target, typeOnly }) => ({ path, target, typeOnly })),
  )

  it('have a place for each module', () => {
    expect(modules.filter(({ path }) => layerOf(path) < 0)).toStrictEqual([])
  })

  it('are imported from above, and by siblings as agreed', () => {
    const against = ownImports.filter(({ path, target, typeOnly }) => {
      if (roomOf(path) === roomOf(target) || layerOf(path) < layerOf(target)) return false
      const agreed = typeOnly ? TYPES_OF_SIBLINGS : VALUES_OF_SIBLINGS
      return !agreed.includes(`${roomOf(path)} → ${target}`)
    })

    expect(ownImports.length).toBeGreaterThan(modules.length)
    expect(against).toStrictEqual([])
  })

  it('have no agreement that nobody needs', () => {
    const used = new Set(ownImports.map(({ path, target }) => `${roomOf(path)} → ${target}`))

    expect(
      [...TYPES_OF_SIBLINGS, ...VALUES_OF_SIBLINGS].filter((agreed) => !used.has(agreed)),
    ).toStrictEqual([])
  })

  it('have no circle of imports, types included', () => {
    expect(modules.map(({ path }) => circleThrough(path))).toStrictEqual(
      modules.map(() => undefined),
    )
  })

  it('import nothing from outside of src by its path', () => {
    const outside = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => /^\.\.|^\/|(^|\/)(test|scripts|stack)\//.test(target))
        .map(({ target }) => `${path} → ${target}`),
    )

    expect(outside).toStrictEqual([])
  })

  /** The way from a module back to itself, or undefined where there is none. */
  const circleThrough = (start: string): readonly string[] | undefined => {
    const ways: (readonly string[])[] = [[start]]
    const seen = new Set<string>()
    for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
      const last = way.at(-1)
      for (const { target } of ownImports.filter(({ path }) => path === last)) {
        if (target === start) return [...way, target]
        if (!seen.has(target)) ways.push([...way, target])
        seen.add(target)
      }
    }
    return undefined
  }
})

describe('each module', () => {
  // The list of reasons is a table, which is read by looking up.
  const code = files.filter(({ path }) => path !== 'reasons.ts')

  it.each(code.map(({ path, text }) => [path, text.split('\n').length - 1] as const))(
    'is no longer than 250 lines: %s',
    (_path, lines) => {
      expect(lines).toBeLessThanOrEqual(250)
    },
  )
})
