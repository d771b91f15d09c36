/** Checks whether each secret is available and has the form that its use requires. */
import type { Config } from '../../src/config/model.ts'
import type { Fault } from '../../src/decision.ts'
import { secretIsPrivateKey } from '../../src/oauth/client-authentication.ts'
import { readSecretContent } from '../../src/oauth/client-secret.ts'
import { readPrivateKey } from '../../src/oauth/private-key.ts'
import type { Redacted } from '../../src/platform/redacted.ts'
import { success } from '../../src/platform/result.ts'
import type { SecretCache } from '../../src/vault/secret-cache.ts'
import { PLACEHOLDER } from '../rotate/rotate.ts'
import { clientsOf, type GivenSecrets, type RequiredSecret } from '../explain/secrets.ts'
import { regionOf } from '../oci/region.ts'
import { fingerprint } from '../explain/fingerprint.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'
import { meaningOf, newDeadline, remedyOf } from './setup.ts'

interface SecretUse extends RequiredSecret {
  readonly kind: 'client_secret' | 'private_key' | 'user_and_password'
}

/** All secrets of the configuration, one entry for each OCID. */
export function secretsOf(config: Config): readonly SecretUse[] {
  const clients = [
    ...clientsOf(config),
    ...config.backends.flatMap(({ grant }) => (grant.kind === 'basic' ? [] : [grant.client])),
  ].map(({ clientId, secretOcid, method }) => ({
    clientId,
    secretOcid,
    kind: secretIsPrivateKey(method) ? ('private_key' as const) : ('client_secret' as const),
  }))
  const others = config.backends.flatMap(({ grant }): readonly SecretUse[] => {
    if (grant.kind === 'basic') return [{ ...grant, kind: 'user_and_password' }]
    return grant.kind === 'jwt_bearer' && grant.assertionKeyOcid !== undefined
      ? [{ secretOcid: grant.assertionKeyOcid, kind: 'private_key' }]
      : []
  })
  return [...new Map([...others, ...clients].map((use) => [use.secretOcid, use])).values()]
}

export interface SecretsReview {
  readonly checks: readonly Check[]
  /** The given secrets, and those that were read from Vault. */
  readonly secrets: GivenSecrets
}

/**
 * `vault`: undefined without an identity of OCI.
 * `region`: where the function reads secrets, as in OCIDs; undefined if unknown.
 */
export async function reviewSecrets(
  config: Config,
  given: GivenSecrets,
  vault: SecretCache | undefined,
  region?: string,
): Promise<SecretsReview> {
  const checks: Check[] = []
  const secrets = new Map<string, Redacted>()
  const uses = secretsOf(config)
  const [first] = uses.map(({ secretOcid }) => regionOf(secretOcid))
  for (const use of uses) {
    const about = ['secret', nameOf(use)] as const
    const own = given.get(use.secretOcid)
    const problem = problemOfOcid(use.secretOcid, region ?? first)
    if (problem !== undefined) {
      checks.push(fail(about, ...problem))
      if (own !== undefined) secrets.set(use.secretOcid, own)
      continue
    }
    const read = own === undefined ? await vault?.read(use.secretOcid, newDeadline()) : success(own)
    if (read === undefined) {
      checks.push(skip(about, NOT_AT_HAND))
    } else if (!read.ok) {
      checks.push(fail(about, meaningOf(read.error), vaultRemedy(read.error)))
    } else {
      checks.push(checkForm(use, read.value, secrets, config))
      secrets.set(use.secretOcid, read.value)
    }
  }
  return { checks, secrets }
}

/** Why the function cannot read the secret with this OCID. */
function problemOfOcid(ocid: string, region: string | undefined): Problem | undefined {
  if (!ocid.startsWith('ocid1.')) return undefined
  if (!ocid.startsWith('ocid1.vaultsecret.')) {
    return [
      `${ocid} is not the OCID of a secret`,
      'Give the OCID of the secret, ocid1.vaultsecret.…, not of its vault or key.',
    ]
  }
  const own = regionOf(ocid)
  return own === undefined || region === undefined || own === region
    ? undefined
    : [
        `is in the region ${own}, and the function reads secrets in ${region}`,
        `Create the secret in a vault of ${region} and give its OCID; or set vault_secrets_endpoint to https://secrets.vaults.${own}.oci.oraclecloud.com.`,
      ]
}

const NOT_AT_HAND =
  'not available: give it with --secrets, or run this where there are credentials for OCI (Cloud Shell, ~/.oci/config)'

function nameOf({ clientId, secretOcid }: RequiredSecret): string {
  return clientId === undefined ? secretOcid : `of ${clientId}`
}

function vaultRemedy(fault: Fault): string {
  const { detail, hint } = fault.logContext
  return detail === 'status_404' && hint === undefined
    ? "Let the function read it: add the policy `Allow any-user to read secret-bundles in compartment id COMPARTMENT where all {request.principal.type='fnfunc', request.principal.id='FUNCTION', target.secret.id='SECRET'}` (it takes up to 15 minutes), and compare the secret’s OCID."
    : remedyOf(fault)
}

function checkForm(use: SecretUse, secret: Redacted, others: GivenSecrets, config: Config): Check {
  const about = ['secret', nameOf(use)] as const
  const problem = problemOfForm(use, secret)
  if (problem !== undefined) return fail(about, ...problem)
  const same = secretsOf(config).find(
    (other) => isOtherClient(use, other) && others.get(other.secretOcid)?.equals(secret) === true,
  )
  if (same !== undefined) {
    return fail(
      about,
      `is also the secret ${nameOf(same)}`,
      `Store each application’s own secret: copy that of ${use.clientId ?? 'this one'} from its page in the identity domain into a new version of ${use.secretOcid}.`,
    )
  }
  const { hasWhiteSpace } = readSecretContent(secret)
  return hasWhiteSpace
    ? warn(about, 'begins or ends with a space', 'Compare it with the application.')
    : ok(about, `fingerprint ${fingerprint(secret)}`)
}

/** Several clients may have the same private key. */
function isOtherClient(one: SecretUse, other: SecretUse): boolean {
  return (
    one.kind === 'client_secret' &&
    other.kind === 'client_secret' &&
    one.secretOcid !== other.secretOcid &&
    one.clientId !== other.clientId
  )
}

type Problem = readonly [problem: string, remedy: string]

function problemOfForm({ kind, secretOcid }: SecretUse, text: Redacted): Problem | undefined {
  if (text.reveal().trim() === '') return ['is empty', `Create a new version of ${secretOcid}.`]
  if (/^\s*ocid1\./.test(text.reveal())) {
    return ['is an OCID', `Create a new version of ${secretOcid} with the secret itself.`]
  }
  const { secret } = readSecretContent(text)
  const content = secret.reveal()
  const isPem = content.includes('-----BEGIN ')
  const renew = `Create a new version of ${secretOcid}`
  if (content === PLACEHOLDER) {
    return [
      'is still the placeholder of the Terraform stack',
      'Run `npm run rotate` once after `terraform apply`, as in the output next_step.',
    ]
  }
  switch (kind) {
    case 'private_key': {
      const key = readPrivateKey(secret)
      return key.ok
        ? undefined
        : [
            `is not a usable private key (${key.error})`,
            `${renew} with the key as PEM (PKCS #8, not encrypted).`,
          ]
    }
    case 'client_secret':
      if (isPem) {
        return [
          'is a PEM file, and the client authenticates with a client secret',
          `${renew} with the client secret, or set the client’s authentication to private_key_jwt.`,
        ]
      }
      if (/^\s*[{[]/.test(content)) {
        return [
          'is JSON without a client_secret',
          `${renew} with the client secret itself, or {"client_secret": "…"}.`,
        ]
      }
      return lineBreak(content, renew)
    case 'user_and_password':
      return (
        lineBreak(content, renew) ??
        (content.includes(':') ? undefined : ['is not user:password', `${renew} as user:password.`])
      )
  }
}

function lineBreak(content: string, renew: string): Problem | undefined {
  return /[\r\n]/.test(content)
    ? [
        'contains a line break, which is sent as part of the secret',
        `${renew} with \`printf %s\`, not \`echo\`.`,
      ]
    : undefined
}
