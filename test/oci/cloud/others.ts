import { del, get, listed, post, removal, type Route } from './route.ts'
import type { Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

export const region = 'eu-frankfurt-1'
export const homeRegion = 'eu-zurich-1'
export const namespace = 'axexample'

/** Policies, regions, the registry and its namespace, and a stack's state, without work requests. */
export function identityRoutes(store: Store): Route[] {
  return [
    get('/n', () => ({ body: namespace })),
    get('/20160918/tenancies/*/regionSubscriptions', () => ({
      body: [
        { regionKey: 'FRA', regionName: region, status: 'READY', isHomeRegion: false },
        { regionKey: 'ZRH', regionName: homeRegion, status: 'READY', isHomeRegion: true },
      ],
    })),
    post('/20160918/policies', ['oci-identity', 'CreatePolicyDetails'], ({ body }) => {
      store.mustBeNew('policy', 'name', body['name'])
      return { body: store.add('policy', 'ACTIVE', body) }
    }),
    get('/20160918/policies', ({ query }) => ({ body: listed(store.live('policy'), query) })),
    get('/20160918/policies/*', ({ ids: [id] }) => ({ body: store.get('policy', id) })),
    del('/20160918/policies/*', ({ ids: [id] }) => {
      store.get('policy', id).lifecycleState = 'DELETED'
      return { status: 204 }
    }),
    get('/20180917/stacks/*/tfState', () => ({
      body: { version: 4, outputs: { credentials: { value: {} } } },
    })),
    get('/20160918/container/repositories', ({ query }) => ({
      body: { items: listed(store.live('repository'), query) },
    })),
    del('/20160918/container/repositories/*', ({ ids: [id] }) => {
      const repository = store.get('repository', id)
      repository.lifecycleState = 'DELETED'
      for (const image of store.live('image')) {
        if (image['repositoryId'] === id) image.lifecycleState = 'DELETED'
      }
      return { status: 204 }
    }),
    get('/20160918/container/images', ({ query }) => ({
      body: { items: listed(store.live('image'), query) },
    })),
  ]
}

const logs = '/20200531/logGroups/*/logs'

/** Logging creates and deletes with work requests, without a body in its answer. */
export function loggingRoutes(store: Store, work: WorkRequests): Route[] {
  return [
    post('/20200531/logGroups', ['oci-logging', 'CreateLogGroupDetails'], ({ body }) => {
      store.mustBeNew('loggroup', 'displayName', body['displayName'])
      const resource = store.add('loggroup', 'CREATING', body)
      return { status: 202, headers: work.create('logging', 'CREATE_LOG_GROUP', resource) }
    }),
    get('/20200531/logGroups', ({ query }) => ({
      body: listed(store.existing('loggroup'), query),
    })),
    removal(store, work, ['logging', 'DELETE_LOG_GROUP', 'loggroup'], '/20200531/logGroups/*', [
      'log',
      'logGroupId',
    ]),
    post(logs, ['oci-logging', 'CreateLogDetails'], ({ ids: [logGroupId], body }) => {
      store.get('loggroup', logGroupId)
      store.mustBeNew('log', 'displayName', body['displayName'])
      const resource = store.add('log', 'CREATING', { ...body, logGroupId })
      return { status: 202, headers: work.create('logging', 'CREATE_LOG', resource) }
    }),
    get(logs, ({ ids: [logGroupId], query }) => ({
      body: listed(
        store.existing('log').filter((log) => log['logGroupId'] === logGroupId),
        query,
      ),
    })),
    removal(store, work, ['logging', 'DELETE_LOG', 'log'], `${logs}/*`),
  ]
}
