import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

interface Component {
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses: readonly { readonly expression: string }[]
}

const components = (JSON.parse(read('dist/sbom.cdx.json')) as { components: Component[] })
  .components
function nameOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`
}

const lockfile = JSON.parse(read('package-lock.json')) as {
  packages: Record<
    string,
    { version?: string; integrity?: string; resolved?: string; hasInstallScript?: boolean }
  >
}
const installed = Object.entries(lockfile.packages).filter(([path]) => path !== '')

describe('the bill of materials', () => {
  it('has the dependencies of the function', () => {
    const dependencies = ['@fnproject/fdk', 'axios', 'jose', 'oci-common', 'oci-secrets', 'valibot']
    expect(components.map(nameOf)).toEqual(expect.arrayContaining(dependencies))
  })

  it.each(components.map((component) => [nameOf(component), component] as const))(
    'has %s with version and hash of the lockfile, a permitted license and no install script',
    (name, { version, hashes, licenses }) => {
      const entry = installed.find(
        ([path, each]) => path.endsWith(`node_modules/${name}`) && each.version === version,
      )?.[1]
      const sha512 = Buffer.from(entry?.integrity?.replace('sha512-', '') ?? '', 'base64')

      expect(hashes).toEqual([{ alg: 'SHA-512', content: sha512.toString('hex') }])
      expect(entry?.hasInstallScript).toBeUndefined()
      expect(licenses.map(({ expression }) => expression).join()).toMatch(
        /^\(?(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|UPL-1\.0|Unlicense|0BSD|AFL-2\.1 OR BSD)/,
      )
    },
  )
})

describe('the notices', () => {
  const notices = read('dist/THIRD-PARTY-NOTICES.txt')

  it.each(components)('contain $name $version', (component) => {
    expect(notices).toContain(`\n${nameOf(component)} ${component.version} (`)
  })
})

describe('the lockfile', () => {
  it('has the integrity of each package, and no registry URL', () => {
    expect(installed.length).toBeGreaterThan(components.length)
    const isHashed = (integrity = '') => integrity.startsWith('sha512-')
    expect(installed.filter(([, { integrity }]) => !isHashed(integrity))).toEqual([])
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })
})
