/** Checks of all backends together: each call must find the right one, or none. */
import { ACTS_FOR_USER, type BackendConfig, type IssuerConfig } from '../model.ts'
import type { Report } from '../problems.ts'

export interface BackendsInput {
  readonly issuers: readonly IssuerConfig[]
  readonly backends: readonly BackendConfig[]
  /** The document says that calls without a matching backend are denied. */
  readonly refusesUnmatched: boolean
}

/** `reporter` returns the report of the entry at a path. */
export function validateBackends(
  { issuers, backends, refusesUnmatched }: BackendsInput,
  reporter: (path: string) => Report,
): void {
  const names = issuers.map(({ name }) => name)
  backends.forEach((backend, index) => {
    const report = reporter(`backends.${index}`)
    if (backends.slice(0, index).some(({ name }) => name === backend.name)) {
      report('name', 'is taken', 'Give each backend its own name.')
    }
    validateIssuersOf(backend, names, report)
    if (backend.condition === undefined && index < backends.length - 1) {
      report('when', 'is missing', 'Give a condition: only the last backend can take every call.')
    }
  })
  validateDefault(backends, refusesUnmatched, reporter)
}

function validateIssuersOf(
  { condition, grant }: BackendConfig,
  names: readonly string[],
  report: Report,
): void {
  const unknown = condition?.issuers?.filter((name) => !names.includes(name)) ?? []
  if (unknown.length > 0) {
    report('when.issuers', 'has a name that no issuer has', 'Give names of the issuers above.')
  }
  if (names.length === 1 || condition?.issuers !== undefined) return
  // Different providers may use the same names for clients, scopes and users.
  if (condition?.clients !== undefined || condition?.scopes !== undefined) {
    report(
      'when.issuers',
      'is missing beside clients or scopes',
      'Name the issuers that these clients or scopes belong to: another issuer may use the same names.',
    )
  }
  if (ACTS_FOR_USER[grant.kind]) {
    report(
      'when.issuers',
      `is missing for the grant ${grant.kind}`,
      'Name the issuers whose users it is for: another issuer may have users of the same name.',
    )
  }
}

function validateDefault(
  backends: readonly BackendConfig[],
  refusesUnmatched: boolean,
  reporter: (path: string) => Report,
): void {
  const hasDefault = backends.at(-1)?.condition === undefined
  if (hasDefault === !refusesUnmatched) return
  reporter('unmatched')(
    '',
    hasDefault ? 'has no effect beside a backend without `when`' : 'is missing',
    hasDefault
      ? 'Leave it out, or give the last backend a condition.'
      : 'Give "refuse"; or leave out the `when` of the last backend, which then takes every call.',
  )
}
