/** The identity of a function on OCI: a session key and its token (RPST), in two files. */
import { generateKeyPair, randomUUID, type KeyObject } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SignJWT } from 'jose'
import { atExit } from './at-exit.ts'

export interface ResourcePrincipalOptions {
  /** Default `us-phoenix-1`. */
  region?: string
  /** The lifetime of a token. Default 900, the time for which the platform caches one. */
  lifetimeSeconds?: number
}

export interface ResourcePrincipal {
  /** The variables of Functions, "Default Environment Variables", resource principal version 2.2. */
  readonly environment: Readonly<Record<string, string>>
  /** The `keyId` of OCI request signatures: `ST$` and the current token. */
  readonly keyId: string
  /** The key that verifies the token: that of the authority that signs the session keys. */
  readonly authorityKey: KeyObject
  /** Replaces both files by a new key and token. Earlier tokens stay valid until they expire. */
  renew(options?: { lifetimeSeconds?: number }): Promise<void>
  /** Ends the renewal and removes the files. */
  remove(): void
}

function generateRsaKeyPair() {
  return promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
}

export async function createResourcePrincipal(
  options: ResourcePrincipalOptions = {},
): Promise<ResourcePrincipal> {
  const { region = 'us-phoenix-1', lifetimeSeconds = 900 } = options
  const directory = mkdtempSync(join(tmpdir(), 'rp-'))
  const tokenPath = join(directory, 'rpst')
  const keyPath = join(directory, 'private.pem')
  const authority = await generateRsaKeyPair()
  let token = ''
  let removed = false

  async function renew(seconds: number): Promise<void> {
    const session = await generateRsaKeyPair()
    const renewed = await new SignJWT(resourceClaims(session.publicKey))
      .setProtectedHeader({ alg: 'RS256', kid: 'local' })
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000 + seconds))
      .sign(authority.privateKey)
    if (removed) return
    token = renewed
    replaceFile(keyPath, session.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())
    replaceFile(tokenPath, token)
  }

  const removeFiles = () => {
    removed = true
    rmSync(directory, { recursive: true, force: true })
  }
  const forget = atExit(removeFiles)
  await renew(lifetimeSeconds)
  let renewal: NodeJS.Timeout
  /** One renewal at a time: on a busy machine, generating a key may take longer than the interval. */
  const scheduleRenewal = () => {
    const renewNow = async () => {
      await renew(lifetimeSeconds)
      if (!removed) scheduleRenewal()
    }
    renewal = setTimeout(() => void renewNow(), (lifetimeSeconds / 2) * 1000).unref()
  }
  scheduleRenewal()

  return {
    environment: {
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_RESOURCE_PRINCIPAL_RPST: tokenPath,
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: keyPath,
      OCI_RESOURCE_PRINCIPAL_REGION: region,
    },
    get keyId() {
      return `ST$${token}`
    },
    authorityKey: authority.publicKey,
    renew: (next = {}) => renew(next.lifetimeSeconds ?? lifetimeSeconds),
    remove: () => {
      clearTimeout(renewal)
      forget()
      removeFiles()
    },
  }
}

/**
 * `res_tenant` and `res_compartment` are documented (Functions, "Accessing Other OCI Resources from
 * Running Functions"); the session's public key is JSON in a string.
 */
function resourceClaims(sessionKey: KeyObject): Record<string, string> {
  return {
    sub: 'ocid1.fnfunc.oc1.phx.local',
    jti: randomUUID(),
    res_type: 'fnfunc',
    res_tenant: 'ocid1.tenancy.oc1..local',
    res_compartment: 'ocid1.compartment.oc1..local',
    jwk: JSON.stringify(sessionKey.export({ format: 'jwk' })),
  }
}

/** Atomic: a reader gets the old file or the new one. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
