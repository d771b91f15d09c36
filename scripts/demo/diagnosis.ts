/** A set-up with a mistake: what a caller gets, and what `npm run doctor` reports. */
import colors from 'picocolors'
import { systemClock } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { ECHO_ROUTE, partnersToken } from '../../stack/echo-call.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import type { Check } from '../doctor/check.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { firstFailure, toLine } from '../doctor/report.ts'
import { observe } from './observe.ts'

export interface Diagnosis {
  readonly status: number
  readonly reason: unknown
  readonly checks: readonly Check[]
}

/** The token endpoint is that of the callers' domain, which does not have Oracle Integration's client. */
export async function diagnoseBrokenSetup(stack: LocalStack): Promise<Diagnosis> {
  const { registrations, callers } = stack
  const config = { ...stack.config, back_end_token_endpoint: callers.tokenEndpoint }
  await stack.authorizer.setConfig(config)
  const token = await partnersToken(stack)
  const authorization = `Bearer ${token}`
  const { status, decision } = await observe(stack, { path: ECHO_ROUTE, authorization })
  const secrets = new Map([
    [SECRET_OCIDS.introspection, new Redacted(registrations.introspector.clientSecret)],
    [SECRET_OCIDS.backend, new Redacted(registrations.oicInvoker.clientSecret)],
  ])
  const checks: Check[] = []
  for await (const check of diagnose({
    configuration: config,
    secrets,
    vault: undefined,
    oic: stack.integration.url,
    token,
    clock: systemClock,
  })) {
    checks.push(check)
  }
  await stack.authorizer.setConfig(stack.config)
  return { status, reason: decision?.['reason'], checks }
}

/** Up to the first failure. */
export function formatDiagnosis({ status, reason, checks }: Diagnosis): string {
  const end = checks.findIndex((check) => check === firstFailure(checks))
  return [
    colors.bold('A set-up with a mistake, and what npm run doctor reports'),
    `   The token endpoint of the back end is in the callers’ domain. The caller gets ${status}, the function logs ${String(reason)}.`,
    '',
    ...checks.slice(0, end + 1).map((check) => `   ${toLine(check).replaceAll('\n', '\n   ')}`),
    '',
  ].join('\n')
}
