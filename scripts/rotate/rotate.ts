/**
 * Puts the application that is not in use into use: new secret, check, switch. The other one keeps its
 * secret, so that instances of the function which still hold it go on, and there is a way back.
 */
export interface Client {
  readonly app_id: string
  readonly client_id: string
}

/** A member of the stack's output `credentials`. */
export interface Credential {
  readonly domain_url: string
  readonly secret_id: string
  readonly scope: string
  readonly clients: Readonly<Record<string, Client>>
}

export interface Operations {
  /** The text of the secret that is in use. */
  readSecret(secretId: string): Promise<string>
  /** Makes a new version and puts it into use. */
  writeSecret(secretId: string, text: string): Promise<void>
  /** Puts the previous version into use. */
  usePrevious(secretId: string): Promise<void>
  /** The new secret; the old one is invalid from then on. */
  regenerateClientSecret(domainUrl: string, appId: string): Promise<string>
  /** Whether the token endpoint issues a token. */
  canRequestToken(credential: Credential, clientId: string, secret: string): Promise<boolean>
}

/** Returns the client id that is in use now. Nothing has changed for the function where it throws. */
export async function rotate(credential: Credential, operations: Operations): Promise<string> {
  const inUse = clientIdIn(await operations.readSecret(credential.secret_id))
  const clients = Object.values(credential.clients)
  const next = clients.find(({ client_id }) => client_id !== inUse)
  if (next === undefined) throw new Error('there is no second application to rotate to')
  const secret = await operations.regenerateClientSecret(credential.domain_url, next.app_id)
  if (!(await operations.canRequestToken(credential, next.client_id, secret))) {
    throw new Error(`no token for ${next.client_id} with its new secret: Vault is unchanged`)
  }
  const text = JSON.stringify({ client_id: next.client_id, client_secret: secret })
  await operations.writeSecret(credential.secret_id, text)
  return next.client_id
}

function clientIdIn(text: string): string | undefined {
  try {
    const { client_id } = JSON.parse(text) as { client_id?: unknown }
    return typeof client_id === 'string' ? client_id : undefined
  } catch {
    // The placeholder of the stack.
    return undefined
  }
}
