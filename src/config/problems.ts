/**
 * Owns how problems of the configuration are told: by key, with what to do, all at once.
 * Pure.
 */
import { endpointProblem } from '../platform/endpoint.ts'
import { isJsonObject } from '../platform/json.ts'
import { failure, type Result } from '../platform/result.ts'

/** What is wrong with a key, and what to do. Values are never part of it: one could be a secret. */
export interface ConfigProblem {
  readonly key: string
  readonly problem: string
  readonly remedy: string
  /** A warning with which nothing can work: `check-config` reports it as a problem. */
  readonly isBroken?: true
}

/** Notes a problem of the field; the form of the configuration knows what its key is called. */
export type Report = (field: string, problem: string, remedy: string) => void

/**
 * What nobody has thought of is a problem like any other: a function has to start and to tell it,
 * whatever its configuration is.
 */
export function catchingDefects<T>(
  key: string,
  read: () => Result<T, readonly ConfigProblem[]>,
): Result<T, readonly ConfigProblem[]> {
  try {
    return read()
  } catch {
    const remedy = 'Simplify it; and report it, without its secrets: this is a defect.'
    return failure([{ key, problem: 'cannot be understood', remedy }])
  }
}

const ENDPOINT_REMEDY = 'Give a full address that begins with https://; http is for loopback alone.'

/** An empty value has been told as missing already. */
export function validateEndpoint(field: string, address: string | undefined, report: Report): void {
  if (address === undefined || address === '') return
  const problem = endpointProblem(address)
  if (problem !== undefined) report(field, problem, ENDPOINT_REMEDY)
}

export function validateSecretOcid(field: string, ocid: string, report: Report): void {
  if (ocid === '' || /^ocid1\.[A-Za-z0-9._-]+$/.test(ocid)) return
  report(
    field,
    'is not an OCID',
    'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if the secret itself stands here, replace it: others can read it.',
  )
}

/** By its name, what holds a secret and no OCID of one. */
export function looksSecret(name: string): boolean {
  return /(secret|password|private_?key)$/i.test(name)
}

/** `key`: the one for the OCID of such a secret, where there is one alone. */
export function remedyOfSecret(key: string | undefined): string {
  return `If the secret itself stands here, replace it: others can read it. Give ${key ?? 'the OCID of a Vault secret, in a key that ends in _ocid'}.`
}

/** RFC 6749 §3.3: `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

export function validateScopes(field: string, scopes: readonly string[], report: Report): void {
  if (scopes.every((scope) => SCOPE_TOKEN.test(scope))) return
  report(field, 'has a character that no scope has', 'Give plain scope names, without quotes.')
}

/** Arrays and objects without members would pass for objects, and ask for nothing. */
export function validateMembers(field: string, value: object | undefined, report: Report): void {
  if (value === undefined || (isJsonObject(value) && Object.keys(value).length > 0)) return
  report(field, 'is not an object with members', 'Give names with their values, or leave it out.')
}
