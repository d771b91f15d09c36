/**
 * The user's configuration on the local stack: the stand-ins that it needs, and the same configuration
 * with their addresses instead of the real ones.
 */
import { flatDocument, flatForm } from '../src/config/flat-form.ts'
import { isRecord, parseJson } from './json.ts'
import { objects, type Fields } from './own-configuration/fields.ts'
import type { Vault } from './vault.ts'
import { createPlanner, type PlannedBackend, type PlannedIssuer } from './own-configuration/plan.ts'

export type FlatConfiguration = Readonly<Record<string, string>>

export interface OwnConfiguration {
  readonly issuers: readonly PlannedIssuer[]
  readonly backends: readonly PlannedBackend[]
  /** Differences from the original configuration other than the addresses. */
  readonly notes: readonly string[]
  /** Call it when all stand-ins are connected. */
  finish(vault: ConfigurationVault): FlatConfiguration
}

type ConfigurationVault = Pick<Vault, 'url' | 'addSecret'>

/** Functions, "Passing Custom Configuration Parameters": all keys and values, in UTF-8 octets. */
const CONFIGURATION_LIMIT_BYTES = 4096
const DOCUMENT_OCID = 'ocid1.vaultsecret.oc1.phx.authorizerconfig'

/** Does not change invalid values, so that the function reports them. */
export function planConfiguration(values: FlatConfiguration): OwnConfiguration {
  const notes: string[] = []
  const text = values['authorizer_config']
  if (text !== undefined) {
    const document = parseJson(text)
    return isRecord(document)
      ? plan(document, notes, () => ({ ...values, authorizer_config: JSON.stringify(document) }))
      : plan({}, notes, () => ({ ...values, authorizer_config: text.replaceAll(/\p{Cc}/gu, ' ') }))
  }
  if (values['authorizer_config_secret_ocid'] !== undefined) {
    notes.push(
      'authorizer_config_secret_ocid: the local Vault does not have this document; give the document itself as FILE',
    )
  }
  const document = flatDocument(values)
  return plan(document, notes, () => withChanges(values, document))
}

/** `rewritten` returns the configuration with the changed fields of the document. */
function plan(
  document: Fields,
  notes: string[],
  rewritten: () => FlatConfiguration,
): OwnConfiguration {
  const planner = createPlanner(notes)
  return {
    issuers: objects(document['issuers']).map((each) => planner.issuer(each)),
    backends: objects(document['backends']).map((each) => planner.backend(each)),
    notes,
    finish: (vault) => withVault(rewritten(), vault, notes),
  }
}

/** Flat keys with the changes of their document. */
function withChanges(values: FlatConfiguration, document: Fields): FlatConfiguration {
  const { keysAt } = flatForm(values)
  const original = new Map(leavesOf(flatDocument(values)))
  const changes = leavesOf(document).flatMap(([path, value]) => {
    const [key] = original.get(path) === value ? [] : keysAt(path)
    return key === undefined ? [] : [[key, value] as const]
  })
  return { ...values, ...Object.fromEntries(changes) }
}

/** Each value with its path: `issuers.0.client.client_id`. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly [string, string][] {
  const isWhole = typeof value !== 'object' || value === null || path.at(-1) === 'jwks'
  if (!isWhole) {
    return Object.entries(value).flatMap(([name, each]) => leavesOf(each, [...path, name]))
  }
  return [[path.join('.'), typeof value === 'string' ? value : JSON.stringify(value)]]
}

function withVault(
  values: FlatConfiguration,
  vault: ConfigurationVault,
  notes: string[],
): FlatConfiguration {
  const all = { ...values, vault_secrets_endpoint: vault.url }
  const { authorizer_config, ...others } = all as FlatConfiguration
  const size = Buffer.byteLength(Object.entries(all).flat().join(''))
  if (authorizer_config === undefined || size <= CONFIGURATION_LIMIT_BYTES) return all
  vault.addSecret(DOCUMENT_OCID, authorizer_config)
  notes.push(
    `the document is over 4 KB: it is in the local Vault, at authorizer_config_secret_ocid = ${DOCUMENT_OCID}`,
  )
  return { ...others, authorizer_config_secret_ocid: DOCUMENT_OCID }
}
