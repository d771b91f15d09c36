/**
 * Switches to the application that is not in use: new client secret, check, switch. The other one keeps its
 * secret for instances of the function that still use it, and for a rollback.
 */
export interface Client {
  readonly app_id: string
  readonly client_id: string
}

/** A member of the stack's output `credentials`. */
export interface Credential {
  readonly domain_url: string
  readonly secret_id: string
  /** The scope of Oracle Integration; null where the application introspects tokens. */
  readonly scope: string | null
  readonly clients: Readonly<Record<string, Client>>
}

export type Stage = 'CURRENT' | 'PREVIOUS'

export interface SecretVersion {
  readonly number: number
  readonly text: string
}

/** Each one rejects with an `Error` whose message names the cause and contains no secret. */
export interface Operations {
  readSecret(secretId: string, stage: Stage): Promise<SecretVersion>
  /** Creates a new version, which is current from then on. */
  writeSecret(secretId: string, text: string): Promise<void>
  makeCurrent(secretId: string, versionNumber: number): Promise<void>
  /** Returns the new secret; the old one is invalid from then on. */
  regenerateClientSecret(domainUrl: string, appId: string): Promise<string>
  /** Uses the credentials as the function does. */
  checkCredentials(credential: Credential, clientId: string, secret: string): Promise<void>
}

/** Returns the client id that is now in use. If it rejects, the function's secret is unchanged. */
export async function rotate(credential: Credential, operations: Operations): Promise<string> {
  const { secret_id, domain_url } = credential
  const current = await attempt(
    'the secret cannot be read',
    'Nothing was changed.',
    operations.readSecret(secret_id, 'CURRENT'),
  )
  const inUse = readCredentials(current.text)?.client_id
  const next = Object.values(credential.clients).find(({ client_id }) => client_id !== inUse)
  if (next === undefined) {
    throw new Error('there is no second application to rotate to. Nothing was changed.')
  }
  const { client_id, app_id } = next
  const secret = await attempt(
    `application ${client_id} got no new client secret`,
    'Vault is unchanged. You need the role Application Administrator of the identity domain.',
    operations.regenerateClientSecret(domain_url, app_id),
  )
  await attempt(
    `application ${client_id} failed the check with its new client secret`,
    'Vault is unchanged. Check that the application is active and has its permissions, then run this again.',
    operations.checkCredentials(credential, client_id, secret),
  )
  await attempt(
    `the new client secret of application ${client_id} was not stored`,
    'The function keeps using its current secret. Run this again, in a minute if the secret was being updated.',
    operations.writeSecret(secret_id, JSON.stringify({ client_id, client_secret: secret })),
  )
  return client_id
}

/** Makes the previous version current if it still works. Returns its client id. */
export async function goBack(credential: Credential, operations: Operations): Promise<string> {
  const { secret_id } = credential
  const previous = await attempt(
    'there is no previous version that can be read',
    'Nothing was changed.',
    operations.readSecret(secret_id, 'PREVIOUS'),
  )
  const found = readCredentials(previous.text)
  if (found === undefined) {
    throw new Error(
      'the previous version is the placeholder of the stack and cannot be used. Nothing was changed.',
    )
  }
  await attempt(
    `application ${found.client_id} failed the check with the previous client secret`,
    'Nothing was changed. Rotate instead of going back.',
    operations.checkCredentials(credential, found.client_id, found.client_secret),
  )
  await attempt(
    'the previous version was not made current',
    'The function keeps using its current secret. Run this again.',
    operations.makeCurrent(secret_id, previous.number),
  )
  return found.client_id
}

async function attempt<T>(problem: string, consequence: string, step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    throw new Error(`${problem}: ${(error as Error).message}. ${consequence}`, { cause: error })
  }
}

/** The content of new secrets of the stack (deploy/stack/vault.tf). */
export const PLACEHOLDER = 'Not set yet: run npm run rotate.'

/** Undefined for the placeholder. */
function readCredentials(text: string): { client_id: string; client_secret: string } | undefined {
  try {
    const { client_id, client_secret } = JSON.parse(text) as Record<string, unknown>
    return typeof client_id === 'string' && typeof client_secret === 'string'
      ? { client_id, client_secret }
      : undefined
  } catch {
    return undefined
  }
}
