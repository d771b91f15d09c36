import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import type { BundledPackage } from './bundled-packages.ts'

/** CycloneDX 1.6 as JSON; the same input gives the same text. */
export function billOfMaterials(
  product: { readonly name: string; readonly version: string; readonly license: string },
  packages: readonly BundledPackage[],
): string {
  const bom = new Models.Bom()
  bom.metadata.component = new Models.Component(Enums.ComponentType.Application, product.name, {
    bomRef: product.name,
    version: product.version,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense(product.license)]),
  })
  for (const { name, version, license, sha512 } of packages) {
    const [ownName = name, group] = name.split('/').reverse()
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
    bom.components.add(
      new Models.Component(Enums.ComponentType.Library, ownName, {
        bomRef: purl,
        version,
        purl,
        hashes: new Models.HashDictionary([
          [Enums.HashAlgorithm['SHA-512'], Buffer.from(sha512, 'base64').toString('hex')],
        ]),
        licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
        ...(group === undefined ? {} : { group }),
      }),
    )
  }
  const normalize = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  return `${new Serialize.JsonSerializer(normalize).serialize(bom, { sortLists: true })}\n`
}
