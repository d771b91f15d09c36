import { conflict, listed, type Route } from './route.ts'
import type { Resource, Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

export const region = 'eu-frankfurt-1'
export const homeRegion = 'eu-zurich-1'
export const namespace = 'axexample'

/** Policies, regions, the registry and its namespace, and a stack's state: these answer at once. */
export function identityRoutes(store: Store): Route[] {
  return [
    {
      method: 'GET',
      path: '/n',
      answer: () => ({ body: namespace }),
    },
    {
      method: 'GET',
      path: '/20160918/tenancies/*/regionSubscriptions',
      answer: () => ({
        body: [
          { regionKey: 'FRA', regionName: region, status: 'READY', isHomeRegion: false },
          { regionKey: 'ZRH', regionName: homeRegion, status: 'READY', isHomeRegion: true },
        ],
      }),
    },
    {
      method: 'POST',
      path: '/20160918/policies',
      model: ['oci-identity', 'CreatePolicyDetails'],
      answer: ({ body }) => {
        store.mustBeNew('policy', 'name', body['name'])
        return { body: store.add('policy', 'ACTIVE', body) }
      },
    },
    {
      method: 'GET',
      path: '/20160918/policies',
      answer: ({ query }) => ({ body: listed(store.live('policy'), query) }),
    },
    {
      method: 'GET',
      path: '/20160918/policies/*',
      answer: ({ ids: [id] }) => ({ body: store.get('policy', id) }),
    },
    {
      method: 'DELETE',
      path: '/20160918/policies/*',
      answer: ({ ids: [id] }) => {
        store.get('policy', id).lifecycleState = 'DELETED'
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/20180917/stacks/*/tfState',
      answer: () => ({ body: { version: 4, outputs: { credentials: { value: {} } } } }),
    },
    {
      method: 'GET',
      path: '/20160918/container/repositories',
      answer: ({ query }) => ({ body: { items: listed(store.live('repository'), query) } }),
    },
    {
      method: 'DELETE',
      path: '/20160918/container/repositories/*',
      answer: ({ ids: [id] }) => {
        const repository = store.get('repository', id)
        repository.lifecycleState = 'DELETED'
        for (const image of store.live('image')) {
          if (image['repositoryId'] === id) image.lifecycleState = 'DELETED'
        }
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/20160918/container/images',
      answer: ({ query }) => ({ body: { items: listed(store.live('image'), query) } }),
    },
  ]
}

const logs = '/20200531/logGroups/*/logs'

/** Logging creates and deletes by work requests, without a body in its answer. */
export function loggingRoutes(store: Store, work: WorkRequests): Route[] {
  return [
    {
      method: 'POST',
      path: '/20200531/logGroups',
      model: ['oci-logging', 'CreateLogGroupDetails'],
      answer: ({ body }) => {
        store.mustBeNew('loggroup', 'displayName', body['displayName'])
        return created(work, 'CREATE_LOG_GROUP', store.add('loggroup', 'CREATING', body))
      },
    },
    {
      method: 'GET',
      path: '/20200531/logGroups',
      answer: ({ query }) => ({ body: listed(existing(store.all('loggroup')), query) }),
    },
    {
      method: 'DELETE',
      path: '/20200531/logGroups/*',
      answer: ({ ids: [id] }) => {
        if (existing(store.all('log')).some((log) => log['logGroupId'] === id)) {
          conflict('the log group has logs')
        }
        return removed(work, 'DELETE_LOG_GROUP', store.get('loggroup', id))
      },
    },
    {
      method: 'POST',
      path: logs,
      model: ['oci-logging', 'CreateLogDetails'],
      answer: ({ ids: [logGroupId], body }) => {
        store.get('loggroup', logGroupId)
        store.mustBeNew('log', 'displayName', body['displayName'])
        return created(work, 'CREATE_LOG', store.add('log', 'CREATING', { ...body, logGroupId }))
      },
    },
    {
      method: 'GET',
      path: logs,
      answer: ({ ids: [logGroupId], query }) => ({
        body: listed(
          existing(store.all('log')).filter((log) => log['logGroupId'] === logGroupId),
          query,
        ),
      }),
    },
    {
      method: 'DELETE',
      path: `${logs}/*`,
      answer: ({ ids: [, id] }) => removed(work, 'DELETE_LOG', store.get('log', id)),
    },
  ]
}

function existing(resources: readonly Resource[]): Resource[] {
  return resources.filter(({ lifecycleState }) => lifecycleState !== 'DELETED')
}

function created(work: WorkRequests, operation: string, resource: Resource) {
  const headers = work.start('logging', operation, resource, () => {
    resource.lifecycleState = 'ACTIVE'
  })
  return { status: 202, headers }
}

function removed(work: WorkRequests, operation: string, resource: Resource) {
  resource.lifecycleState = 'DELETING'
  const headers = work.start('logging', operation, resource, () => {
    resource.lifecycleState = 'DELETED'
  })
  return { status: 202, headers }
}
