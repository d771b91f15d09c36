import {
  addVersion,
  findVersion,
  newSecret,
  promote,
  stages,
  stagesOf,
  type Secret,
} from '../../../stack/vault/secrets.ts'
import { badRequest, conflict, get, listed, post, put, type Route } from './route.ts'
import { now, Refusal, type Json, type Resource, type Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

/** These resources have no work requests: reading one moves it to its next state. */
const next: Readonly<Record<string, string>> = {
  CREATING: 'STARTING',
  STARTING: 'ACTIVE',
  UPDATING: 'ACTIVE',
  CANCELLING_DELETION: 'ACTIVE',
}

/** Vaults and secrets, whose own state has to be polled. `contents`: the secrets' versions. */
export function vaultRoutes(
  store: Store,
  work: WorkRequests,
  contents: Map<string, Secret>,
  managementEndpoint: string,
): Route[] {
  return [
    post('/20180608/vaults', ['oci-keymanagement', 'CreateVaultDetails'], ({ body }) => ({
      body: shown(store.add('vault', 'CREATING', { ...body, managementEndpoint })),
    })),
    get('/20180608/vaults', ({ query }) => ({
      body: listed(store.all('vault'), query).map(shown),
    })),
    get('/20180608/vaults/*', ({ ids: [id] }) => ({ body: read(store.get('vault', id)) })),
    post(
      '/20180608/vaults/*/actions/scheduleDeletion',
      ['oci-keymanagement', 'ScheduleVaultDeletionDetails'],
      ({ ids: [id], body }) => ({ body: schedule(store.get('vault', id), body) }),
    ),
    post(
      '/20180608/secrets',
      ['oci-vault', 'CreateSecretDetails'],
      ({ body: { secretContent, ...members } }) => {
        mustHaveFreeName(store, members)
        mustBeActive(store.get('vault', String(members['vaultId'])), 'ACTIVE')
        mustBeActive(store.get('key', String(members['keyId'])), 'ENABLED')
        const failure = work.takeFailure('CREATE_SECRET')
        const secret = store.add('secret', failure === undefined ? 'CREATING' : 'FAILED', {
          ...members,
          currentVersionNumber: 1,
          ...(failure !== undefined && { lifecycleDetails: failure }),
        })
        contents.set(secret.id, newSecret(decode(secretContent), new Date()))
        return { body: shown(secret) }
      },
    ),
    get('/20180608/secrets', ({ query }) => ({
      body: listed(store.all('secret'), query).map(shown),
    })),
    get('/20190301/secretbundles/*', ({ ids: [id], query }) => {
      const secret = store.get('secret', id)
      // As reported in external-secrets/external-secrets#6771.
      if (secret.lifecycleState === 'PENDING_DELETION') {
        throw new Refusal(404, 'NotAuthorizedOrNotFound', 'the secret is pending deletion')
      }
      mustBeActive(secret, 'ACTIVE')
      return { body: bundle(secret.id, contents.get(secret.id), query.get('stage')) }
    }),
    get('/20180608/secrets/*', ({ ids: [id] }) => ({ body: read(store.get('secret', id)) })),
    put(
      '/20180608/secrets/*',
      ['oci-vault', 'UpdateSecretDetails'],
      ({ ids: [id], body: { secretContent, ...members } }) => {
        const secret = store.get('secret', id)
        const content = contents.get(secret.id)
        if (content === undefined || secret.lifecycleState !== 'ACTIVE') conflict('not active')
        if (secretContent !== undefined) {
          promote(content, addVersion(content, decode(secretContent), new Date()))
        }
        const requested = members['currentVersionNumber']
        if (typeof requested === 'number') promote(content, requested)
        Object.assign(secret, members, {
          lifecycleState: 'UPDATING',
          currentVersionNumber: content.current,
        })
        return { body: shown(secret) }
      },
    ),
    post(
      '/20180608/secrets/*/actions/scheduleDeletion',
      ['oci-vault', 'ScheduleSecretDeletionDetails'],
      ({ ids: [id], body }) => {
        schedule(store.get('secret', id), body)
        return {}
      },
    ),
    {
      method: 'POST',
      path: '/20180608/secrets/*/actions/cancelDeletion',
      answer: ({ ids: [id] }) => {
        const secret = store.get('secret', id)
        mustBeActive(secret, 'PENDING_DELETION')
        secret.lifecycleState = 'CANCELLING_DELETION'
        return {}
      },
    },
  ]
}

/**
 * A secret has its name in the vault until it is deleted, also while it is pending deletion
 * (external-secrets/external-secrets#6771, oracle/terraform-provider-oci#1765).
 */
function mustHaveFreeName(store: Store, { secretName, vaultId }: Json): void {
  const isTaken = store
    .existing('secret')
    .filter(({ lifecycleState }) => lifecycleState !== 'FAILED')
    .some((one) => one['secretName'] === secretName && one['vaultId'] === vaultId)
  if (isTaken) badRequest('name already exists')
}

/** The key management API, which each vault has at its own URL. */
export function keyRoutes(store: Store): Route[] {
  return [
    post('/20180608/keys', ['oci-keymanagement', 'CreateKeyDetails'], ({ body }) => ({
      body: shown(store.add('key', 'CREATING', body)),
    })),
    get('/20180608/keys', ({ query }) => ({ body: listed(store.all('key'), query).map(shown) })),
    get('/20180608/keys/*', ({ ids: [id] }) => {
      const key = store.get('key', id)
      if (key.lifecycleState === 'STARTING') key.lifecycleState = 'ENABLED'
      return { body: read(key) }
    }),
  ]
}

function shown(resource: Resource): Json {
  const { lifecycleState } = resource
  return {
    ...resource,
    lifecycleState: lifecycleState === 'STARTING' ? 'CREATING' : lifecycleState,
  }
}

function read(resource: Resource): Json {
  const { lifecycleState } = resource
  resource.lifecycleState = next[lifecycleState] ?? lifecycleState
  return shown(resource)
}

function bundle(secretId: string, secret: Secret | undefined, requested: string | null): Json {
  const stage = stages.find((each) => each === (requested ?? 'CURRENT'))
  const version = secret && stage && findVersion(secret, { stage })
  if (secret === undefined || version === undefined) {
    throw new Refusal(404, 'NotAuthorizedOrNotFound', 'no such version')
  }
  return {
    secretId,
    versionNumber: version.versionNumber,
    stages: stagesOf(secret, version.versionNumber),
    secretBundleContent: {
      contentType: 'BASE64',
      content: version.content.toString('base64'),
    },
  }
}

function schedule(resource: Resource, details: Json): Json {
  if (resource.lifecycleState.includes('DELET')) conflict('it is being deleted')
  resource['timeOfDeletion'] = details['timeOfDeletion'] ?? now()
  resource.lifecycleState = 'PENDING_DELETION'
  return resource
}

function mustBeActive({ id, lifecycleState }: Resource, state: string): void {
  if (lifecycleState !== state) conflict(`${id} is ${lifecycleState}`)
}

function decode(secretContent: unknown): Buffer {
  return Buffer.from(String((secretContent as Json)['content']), 'base64')
}
