/**
 * Owns the judgement of several backends together: that each call finds the right one, or none.
 * Pure.
 */
import type { BackendConfig, IssuerConfig } from '../model.ts'
import type { Report } from '../problems.ts'

export interface BackendsInput {
  readonly issuers: readonly IssuerConfig[]
  readonly backends: readonly BackendConfig[]
  /** Whether calls that no backend is for are to be refused, in so many words. */
  readonly refusesUnmatched: boolean
}

/** `reporter` tells problems of what lies at the path. */
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
    validateIssuers(backend, names, report)
    if (backend.condition === undefined && index < backends.length - 1) {
      report('when', 'is missing', 'Give a condition: only the last backend takes every call.')
    }
  })
  validateDefault(backends, refusesUnmatched, reporter)
}

function validateIssuers(
  { condition, grant }: BackendConfig,
  names: readonly string[],
  report: Report,
): void {
  const unknown = condition?.issuers?.filter((name) => !names.includes(name)) ?? []
  if (unknown.length > 0) {
    report('when.issuers', 'has a name that no issuer has', 'Give names of configured issuers.')
  }
  if (names.length === 1 || condition?.issuers !== undefined) return
  // Each identity provider names clients, scopes and users as it likes.
  if (condition?.clients !== undefined || condition?.scopes !== undefined) {
    report(
      'when.issuers',
      'is missing beside clients or scopes',
      'Say whose they are: another issuer may have the same names.',
    )
  }
  if (grant.kind === 'jwt_bearer' || grant.kind === 'token_exchange') {
    report(
      'when.issuers',
      `is missing for the grant ${grant.kind}`,
      'Say whose users and tokens it is for: another issuer may have users of the same name.',
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
      : 'Say "refuse", or let the last backend take every call by leaving out its `when`.',
  )
}
