/** A tenancy on loopback with a function, its application and a deployment, and a user's `~/.oci/config`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSecret } from '../../stack/vault/secrets.ts'
import { startCloud, type Cloud } from '../oci/cloud/cloud.ts'
import type { Json } from '../oci/cloud/store.ts'

export interface Tenancy {
  readonly cloud: Cloud
  /** Variables with which the SDK and the CLI find the user's configuration and this tenancy. */
  readonly environment: Readonly<Record<string, string>>
  readonly functionOcid: string
  readonly deploymentOcid: string
  /** Writes a file beside the configuration; returns its path. */
  write(name: string, text: string): string
  close(): Promise<void>
}

export interface TenancyOptions {
  readonly application: Readonly<Record<string, string>>
  readonly config: Readonly<Record<string, string>>
  /** Gets the function's OCID. */
  readonly specification: (functionOcid: string) => Json
  readonly endpoint: string
  /** By OCID. */
  readonly secrets: Readonly<Record<string, string>>
}

/** Secrets are in the function's region. */
function inRegion(text: string): string {
  return text.replace(/^(ocid1\.vaultsecret\.oc1)\.phx\./, '$1.eu-frankfurt-1.')
}

export async function startTenancy(options: TenancyOptions): Promise<Tenancy> {
  const cloud = await startCloud()
  const { store } = cloud
  const application = store.add('application', 'ACTIVE', { config: options.application })
  const authorizer = store.add('function', 'ACTIVE', {
    applicationId: application.id,
    config: Object.fromEntries(
      Object.entries(options.config).map(([key, text]) => [key, inRegion(text)]),
    ),
  })
  const deployment = store.add('deployment', 'ACTIVE', {
    endpoint: options.endpoint,
    specification: options.specification(authorizer.id),
  })
  for (const [ocid, text] of Object.entries(options.secrets)) {
    const id = inRegion(ocid)
    store.all('secret').push({ id, lifecycleState: 'ACTIVE' })
    ;(cloud.secrets as Map<string, unknown>).set(id, newSecret(Buffer.from(text), new Date()))
  }
  const folder = mkdtempSync(join(tmpdir(), 'tenancy-'))
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const key = write('key.pem', cloud.user.privateKey)
  const profile = `${cloud.user.configuration}key_file=${key}\nregion=eu-frankfurt-1\n`
  const config = write('config', `[DEFAULT]\nregion=eu-frankfurt-1\n[DESK]\n${profile}`)
  return {
    cloud,
    environment: {
      OCI_CLI_CONFIG_FILE: config,
      OCI_CLI_PROFILE: 'DESK',
      OCI_CLI_ENDPOINT: cloud.url,
    },
    functionOcid: authorizer.id,
    deploymentOcid: deployment.id,
    write,
    close: async () => {
      await cloud.close()
      rmSync(folder, { recursive: true })
    },
  }
}
