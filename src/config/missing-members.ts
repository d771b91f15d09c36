/** Members of the configuration document that are required and missing. */
import { descriptionAt } from './document-schema.ts'
import type { Report } from './problems.ts'

/** A list of the document. */
type Entry = 'issuers' | 'backends'

/** Reports that a member is missing; returns an empty text in its place. */
export function reportMissing(entry: Entry, field: string, report: Report, purpose?: string): '' {
  const problem = ['is missing', purpose].filter(Boolean).join(' ')
  report(field, problem, remedyOfMissing(`${entry}.0.${field}`) ?? '')
  return ''
}

/** With the first part of the member's description; undefined if it has none. */
export function remedyOfMissing(path: string): string | undefined {
  const [about] = descriptionAt(path)?.split(/[.;](?: |$)/) ?? []
  return about && `Add it: ${about.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}.`
}
