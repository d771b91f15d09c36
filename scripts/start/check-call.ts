/** Runs the function's checks of a call again for the console, with the running configuration. */
import { systemClock } from '../../src/platform/clock.ts'
import { createHttp, type Http } from '../../src/platform/http.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { CallChecks, CheckCall } from '../../stack/console/checks.ts'
import { OWN_REQUEST_HEADER } from '../../stack/listen.ts'
import type { LocalStack } from '../../stack/local-stack.ts'
import type { Vault } from '../../stack/vault.ts'
import { secretsOf } from '../doctor/secrets.ts'
import type { GivenSecrets } from '../explain/secrets.ts'
import { evaluate } from '../explain/evaluate.ts'
import { explainReason } from '../explain/reason.ts'
import { findingsToShow } from '../explain/report.ts'
import { shown } from '../explain/shown.ts'

export function createCheckCall({ vault }: LocalStack): CheckCall {
  const http = marked(createHttp())
  return async (given, call) => {
    const configuration = withDocument(given, vault)
    const { decision, findings } = await evaluate({
      configuration,
      token: 'token' in call ? call.token : '',
      payload: 'payload' in call ? Buffer.from(call.payload) : undefined,
      secrets: call.hasSecrets ? secretsIn(configuration, vault) : new Map(),
      clock: systemClock,
      http,
    })
    const { outcome, reason } = decision
    const text = explainReason(reason)
    return {
      outcome,
      reason,
      meaning: text?.meaning ?? '',
      remedy: text?.remedy ?? '',
      checks: [
        ...findings.filter(({ name }) => name === 'issuer_choice'),
        ...findingsToShow(findings),
      ].map((finding) => ({
        name: finding.name,
        issuer: finding.issuer ?? null,
        expected: shown(finding.expected),
        actual: shown(finding.actual),
        ok: finding.ok,
        reason: finding.reason ?? null,
      })),
    } satisfies CallChecks
  }
}

/** Marks these requests for the console, which does not show them. */
function marked(http: Http): Http {
  return (request, deadline) =>
    http({ ...request, headers: { ...request.headers, [OWN_REQUEST_HEADER]: 'yes' } }, deadline)
}

type Values = Readonly<Record<string, string>>

/** Replaces the OCID of a document in Vault by the document. */
function withDocument(given: Values, vault: Vault): Values {
  const { authorizer_config_secret_ocid: ocid, ...values } = given
  const document = ocid === undefined ? undefined : vault.current(ocid)
  return document === undefined ? given : { ...values, authorizer_config: document }
}

function secretsIn(configuration: Values, vault: Vault): GivenSecrets {
  const { source } = readConfig(configuration)
  const uses = source.ok && source.value.kind === 'given' ? secretsOf(source.value.config) : []
  return new Map(
    uses.flatMap(({ secretOcid }) => {
      const secret = vault.current(secretOcid)
      return secret === undefined ? [] : [[secretOcid, new Redacted(secret)] as const]
    }),
  )
}
