/** A local tenancy with a function, its application and a deployment, and a user's `~/.oci/config`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jest } from '@jest/globals'
import { createOciApi } from '../../scripts/oci/api.ts'
import { findIdentity, type IdentityOptions } from '../../scripts/oci/identity.ts'
import { newSecret } from '../../stack/vault/secrets.ts'
import { startCloud } from '../oci/cloud/cloud.ts'
import type { Json } from '../oci/cloud/store.ts'

export type Tenancy = Awaited<ReturnType<typeof startTenancy>>

interface TenancyOptions {
  readonly application?: Readonly<Record<string, string>>
  readonly config?: Readonly<Record<string, string>>
  /** Its OCID of a function is replaced by the OCID of the function of the tenancy. */
  readonly specification?: unknown
  readonly endpoint?: string
  /** Contents of secrets by OCID. */
  readonly secrets?: Readonly<Record<string, string>>
}

/** Secrets are in the region of the function. */
function inRegion(text: string): string {
  return text.replace(/^(ocid1\.vaultsecret\.oc1)\.phx\./, '$1.eu-frankfurt-1.')
}

export async function startTenancy(options: TenancyOptions = {}) {
  const { config: keys = {}, specification = {}, endpoint, secrets = {} } = options
  const cloud = await startCloud()
  const { store } = cloud
  const application = store.add('application', 'ACTIVE', { config: options.application ?? {} })
  const authorizer = store.add('function', 'ACTIVE', {
    applicationId: application.id,
    config: Object.fromEntries(Object.entries(keys).map(([key, text]) => [key, inRegion(text)])),
  })
  const text = JSON.stringify(specification).replace(/ocid1\.fnfunc[^"]*/, authorizer.id)
  const deployment = store.add('deployment', 'ACTIVE', {
    endpoint,
    specification: JSON.parse(text) as Json,
  })
  for (const [ocid, text] of Object.entries(secrets)) {
    const id = inRegion(ocid)
    store.all('secret').push({ id, lifecycleState: 'ACTIVE' })
    ;(cloud.secrets as Map<string, unknown>).set(id, newSecret(Buffer.from(text), new Date()))
  }
  const folder = mkdtempSync(join(tmpdir(), 'tenancy-'))
  /** Writes a file next to the configuration, and returns its path. */
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const key = write('key.pem', cloud.user.privateKey)
  const profile = `${cloud.user.configuration}key_file=${key}\nregion=eu-frankfurt-1\n`
  const config = write('config', `[DEFAULT]\nregion=eu-frankfurt-1\n[DESK]\n${profile}`)
  /** For the SDK and the CLI. */
  const environment = {
    OCI_CLI_CONFIG_FILE: config,
    OCI_CLI_PROFILE: 'DESK',
    OCI_CLI_ENDPOINT: cloud.url,
  }
  return {
    cloud,
    environment,
    functionOcid: authorizer.id,
    deploymentOcid: deployment.id,
    write,
    /** A client of the OCI API, by default with the identity of the user. */
    api: async (identityOptions: Partial<IdentityOptions> = {}) => {
      const identity = await findIdentity({ profile: undefined, environment, ...identityOptions })
      if (identity?.ok !== true) throw new Error(identity?.error ?? 'no identity')
      return createOciApi(identity.value, cloud.url)
    },
    close: async () => {
      await cloud.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The SDK writes to the console. */
export function silenceSdk(): void {
  for (const name of ['info', 'log', 'warn'] as const) {
    jest.spyOn(console, name).mockImplementation(() => undefined)
  }
}
