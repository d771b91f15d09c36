/**
 * The secrets of the local Vault, with their versions and rotation states. Source: Vault,
 * "Secret Versions".
 */

export type Stage = 'CURRENT' | 'PENDING' | 'LATEST' | 'PREVIOUS' | 'DEPRECATED'

export interface SecretVersion {
  versionNumber: number
  versionName: string | null
  content: Buffer
  timeCreated: Date
}

export interface Secret {
  /** In the order of their numbers, which start at 1. */
  versions: SecretVersion[]
  current: number
  pending?: number
  previous?: number
}

/** Selects a version; by default the CURRENT one. */
export interface VersionSelector {
  stage?: Stage
  versionNumber?: number
  versionName?: string
}

export const stages: readonly Stage[] = ['CURRENT', 'PENDING', 'LATEST', 'PREVIOUS', 'DEPRECATED']

/** The first version of a secret is CURRENT and LATEST. */
export function newSecret(content: Buffer, timeCreated: Date): Secret {
  return { versions: [{ versionNumber: 1, versionName: null, content, timeCreated }], current: 1 }
}

/** Adds a version, which is only LATEST. Returns its number. */
export function addVersion(
  { versions }: Secret,
  content: Buffer,
  timeCreated: Date,
  versionName: string | null = null,
): number {
  const versionNumber = versions.length + 1
  versions.push({ versionNumber, versionName, content, timeCreated })
  return versionNumber
}

/** Makes a version CURRENT. The previously current one becomes PREVIOUS. */
export function promote(secret: Secret, versionNumber: number): void {
  if (!secret.versions.some((version) => version.versionNumber === versionNumber)) {
    throw new Error(`the secret has no version ${versionNumber}`)
  }
  if (versionNumber === secret.current) return
  secret.previous = secret.current
  secret.current = versionNumber
  if (secret.pending === versionNumber) delete secret.pending
}

/** The states of a version; DEPRECATED if it has no other. */
export function stagesOf(secret: Secret, versionNumber: number): Stage[] {
  const found: Stage[] = []
  if (versionNumber === secret.current) found.push('CURRENT')
  if (versionNumber === secret.pending) found.push('PENDING')
  if (versionNumber === secret.versions.length) found.push('LATEST')
  if (versionNumber === secret.previous) found.push('PREVIOUS')
  return found.length === 0 ? ['DEPRECATED'] : found
}

export function findVersion(secret: Secret, selector: VersionSelector): SecretVersion | undefined {
  const { versionNumber, versionName, stage = 'CURRENT' } = selector
  // Several versions can be DEPRECATED: this selects the newest.
  return secret.versions.findLast((version) => {
    if (versionNumber !== undefined) return version.versionNumber === versionNumber
    if (versionName !== undefined) return version.versionName === versionName
    return stagesOf(secret, version.versionNumber).includes(stage)
  })
}
