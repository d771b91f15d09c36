import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RehearsalPrincipal {
  /** The variables of a resource principal, version 2.2. */
  readonly environment: Readonly<Record<string, string>>
  /** Deletes the two files that the variables name. */
  remove(): void
}

/**
 * Files with a session key and a token, as on OCI Functions. Oracle's client reads the token's claims and
 * cannot verify its signature, so this one has none. The local stack has a signed token.
 */
export function createPrincipal(lifetimeSeconds = 900): RehearsalPrincipal {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iat: now,
    exp: now + lifetimeSeconds,
    res_type: 'fnfunc',
    res_tenant: 'ocid1.tenancy.oc1..local',
    res_compartment: 'ocid1.compartment.oc1..local',
    jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
  }
  const parts = [{ alg: 'RS256', kid: 'local' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'))
  const tokenPath = join(folder, 'rpst')
  const keyPath = join(folder, 'private.pem')
  const mode = 0o600
  writeFileSync(tokenPath, `${parts.join('.')}.none`, { mode })
  writeFileSync(keyPath, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode })
  return {
    environment: {
      OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
      OCI_RESOURCE_PRINCIPAL_RPST: tokenPath,
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: keyPath,
      OCI_RESOURCE_PRINCIPAL_REGION: 'us-phoenix-1',
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
