/**
 * Owns the notices of the packages that are shipped: who made them, and under which licence.
 * Pure.
 */
import type { BundledPackage } from './bundled-packages.ts'

const RULE = '-'.repeat(80)

/** A text that several packages have in common stands there once, below the names of all of them. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  const namesByTexts = new Map<string, string[]>()
  for (const { name, version, license, texts } of packages) {
    const text = texts.join('\n\n')
    const names = namesByTexts.get(text) ?? []
    namesByTexts.set(text, [...names, `${name} ${version} (${license})`])
  }
  return [
    'This software contains the packages below. Each is under its own licence.',
    ...[...namesByTexts].map(([text, names]) => [RULE, names.join('\n'), text].join('\n\n')),
    '',
  ].join('\n\n')
}
