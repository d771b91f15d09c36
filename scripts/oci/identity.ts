/**
 * Finds the identity for OCI's API like the command `oci`: that of Cloud Shell, of `~/.oci/config` or of
 * the instance.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import common, { type AuthenticationDetailsProvider } from 'oci-common'
import { failure, success, type Result } from '../../src/platform/result.ts'

export interface OciIdentity {
  readonly provider: AuthenticationDetailsProvider
  /** Describes its origin. */
  readonly source: string
  /** For resources whose OCID has no region. */
  readonly region: string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The identity of the machine, from the instance's metadata service. */
export type InstanceIdentity = () => Promise<AuthenticationDetailsProvider>

export interface IdentityOptions {
  /** The profile of the configuration file; default: that of the environment, or DEFAULT. */
  readonly profile: string | undefined
  readonly environment: Environment
  readonly instanceIdentity?: InstanceIdentity
}

/** The values of `OCI_CLI_AUTH` (OCI, “CLI Environment Variables”). */
const KINDS = [
  'api_key',
  'security_token',
  'instance_principal',
  'instance_obo_user',
  'resource_principal',
] as const
type Kind = (typeof KINDS)[number]

/**
 * A failure is one line with the problem and the remedy. Undefined if there is no identity of OCI in the
 * environment or on the disk.
 */
export async function findIdentity(
  options: IdentityOptions,
): Promise<Result<OciIdentity, string> | undefined> {
  const { environment, instanceIdentity = ofInstance } = options
  const given = environment['OCI_CLI_AUTH']
  const kind = KINDS.find((each) => each === given)
  if (given !== undefined && given !== '' && kind === undefined) {
    return failure(`OCI_CLI_AUTH is ${given}: set one of ${KINDS.join(', ')}.`)
  }
  const region = environment['OCI_CLI_REGION'] ?? environment['OCI_REGION']
  try {
    if (kind === 'resource_principal') {
      const provider = common.ResourcePrincipalAuthenticationDetailsProvider.builder()
      const own = environment['OCI_RESOURCE_PRINCIPAL_REGION'] ?? region
      return success({ provider, source: 'the resource principal', region: own })
    }
    if (kind === 'instance_principal') {
      const provider = await inTime(instanceIdentity())
      return success({ provider, source: 'the instance principal', region })
    }
    return await fromFile(kind, options, instanceIdentity)
  } catch (error) {
    return failure(problemOf(error, kind))
  }
}

async function fromFile(
  given: Exclude<Kind, 'resource_principal' | 'instance_principal'> | undefined,
  { environment, profile: chosen }: IdentityOptions,
  instanceIdentity: InstanceIdentity,
): Promise<Result<OciIdentity, string> | undefined> {
  const named = environment['OCI_CLI_CONFIG_FILE'] ?? environment['OCI_CONFIG_FILE']
  const path = named ?? join(environment['HOME'] ?? homedir(), '.oci', 'config')
  if (!existsSync(path)) {
    if (given === undefined && chosen === undefined && named === undefined) return undefined
    return failure(`There is no ${path}: run \`oci setup config\`, or use Cloud Shell.`)
  }
  const profile =
    chosen ?? environment['OCI_CLI_PROFILE'] ?? environment['OCI_CONFIG_PROFILE'] ?? 'DEFAULT'
  const settings = common.ConfigFileReader.parseFileFromPath(path, profile)
  const setting = (name: string): string | undefined => settings.get(name) ?? undefined
  const region =
    environment['OCI_CLI_REGION'] ?? setting('region') ?? environment['OCI_REGION'] ?? undefined
  const isDelegated =
    setting('delegation_token_file') !== undefined || setting('authentication_type') !== undefined
  const kind =
    given ??
    (isDelegated
      ? 'instance_obo_user'
      : setting('security_token_file') === undefined
        ? 'api_key'
        : 'security_token')
  const about = { source: `profile ${profile} of ${path}`, region }
  if (kind === 'instance_obo_user') {
    const token = delegationToken(setting('delegation_token_file'), environment)
    if (token === undefined) {
      return failure(
        'There is no delegation token (delegation_token_file in the profile, or OCI_obo_token): reconnect Cloud Shell.',
      )
    }
    const provider = new common.SimpleAuthenticationDetailsProvider(
      setting('tenancy') ?? environment['OCI_TENANCY'] ?? '',
      '',
      '',
      '',
      '',
      undefined,
      'instance_principal',
      token,
    )
    provider.setProvider(await inTime(instanceIdentity()))
    return success({ ...about, provider, source: `Cloud Shell’s user (${about.source})` })
  }
  if (region === undefined) {
    return failure(`${about.source} has no region: add \`region=…\`, or set OCI_CLI_REGION.`)
  }
  // The SDK requires a region although each client has its own.
  process.env['OCI_REGION'] ??= region
  const provider =
    kind === 'security_token'
      ? new common.SessionAuthDetailProvider(path, profile)
      : new common.ConfigFileAuthenticationDetailsProvider(path, profile)
  return success({ ...about, provider })
}

/** Cloud Shell renews the file; Terraform reads `OCI_obo_token` there. */
function delegationToken(file: string | undefined, environment: Environment): string | undefined {
  const path = environment['OCI_CLI_DELEGATION_TOKEN_FILE'] ?? file
  const token = path === undefined ? environment['OCI_obo_token'] : readFileSync(path, 'utf8')
  return token === undefined || token.trim() === '' ? undefined : token.replaceAll(/\s/g, '')
}

function ofInstance(): Promise<AuthenticationDetailsProvider> {
  return new common.InstancePrincipalsAuthenticationDetailsProviderBuilder().build()
}

const TIME_LIMIT_MILLISECONDS = 10_000

/** Outside of OCI, the address of the metadata service may not even refuse the connection. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new MetadataError())
    }, TIME_LIMIT_MILLISECONDS)
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}

class MetadataError extends Error {}

/** The SDK throws errors and strings; they may contain paths, but no key. */
function problemOf(error: unknown, kind: Kind | undefined): string {
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof MetadataError || /metadata/i.test(text)) {
    return `The metadata service of an instance does not answer, and OCI_CLI_AUTH is ${kind ?? 'not set'}: run this in Cloud Shell or on the instance, or unset OCI_CLI_AUTH.`
  }
  const [first = ''] = text.split(/\. (?=For more info)|\n/)
  return `The identity for OCI’s API is not usable (${first.trim()}): compare it with what \`oci setup config\` writes.`
}
