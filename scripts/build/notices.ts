import type { BundledPackage } from './bundled-packages.ts'

const RULE = '-'.repeat(80)

/** The license of each package. Packages with the same text share one entry. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  const namesByTexts = new Map<string, string[]>()
  for (const { name, version, license, texts } of packages) {
    const text = texts.join('\n\n')
    const names = namesByTexts.get(text) ?? []
    namesByTexts.set(text, [...names, `${name} ${version} (${license})`])
  }
  return [
    'This software contains the packages below. Each has its own license.',
    ...[...namesByTexts].map(([text, names]) => [RULE, names.join('\n'), text].join('\n\n')),
    '',
  ].join('\n\n')
}
