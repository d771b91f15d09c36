import { badRequest, conflict, get, listed, post, put, removal, type Route } from './route.ts'
import type { Json, Kind, Resource, Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

/** The API versions of the CLI and of the pinned SDK. */
const BASES = ['/20260325', '/20181201']

/** OCI Functions: applications and functions are created and deleted by work requests. */
export function functionsRoutes(store: Store, work: WorkRequests): Route[] {
  return [
    ...BASES.flatMap((base) => [
      byId(store, 'application', `${base}/applications/*`),
      byId(store, 'function', `${base}/functions/*`),
    ]),
    post('/20260325/applications', ['oci-functions', 'CreateApplicationDetails'], ({ body }) => {
      store.mustBeNew('application', 'displayName', body['displayName'])
      const application = store.add('application', 'CREATING', body)
      const headers = work.create('functions', 'CREATE_APPLICATION', application)
      return { body: application, headers }
    }),
    get('/20260325/applications', ({ query }) => ({
      body: listed(store.all('application'), query),
    })),
    removal(
      store,
      work,
      ['functions', 'DELETE_APPLICATION', 'application'],
      '/20260325/applications/*',
      ['function', 'applicationId'],
    ),
    get('/20260325/functions', ({ query }) => ({ body: listed(store.all('function'), query) })),
    put(
      '/20260325/functions/*',
      ['oci-functions', 'UpdateFunctionDetails'],
      ({ ids: [id], body }) => {
        const target = store.get('function', id)
        updateFunction(store, target, body)
        // The update is complete before its answer.
        const headers = work.start('functions', 'UPDATE_FUNCTION', target, () => undefined)
        return { body: target, headers }
      },
    ),
    removal(store, work, ['functions', 'DELETE_FUNCTION', 'function'], '/20260325/functions/*'),
  ]
}

function byId(store: Store, kind: Kind, path: string): Route {
  return get(path, ({ ids: [id] }) => ({ body: store.get(kind, id) }))
}

/** Creates a function like `fn deploy`. */
export function createFunction(store: Store, details: Json): Resource {
  const application = store.get('application', String(details['applicationId']))
  if (application.lifecycleState !== 'ACTIVE') conflict('the application is not active')
  store.mustBeNew('function', 'displayName', details['displayName'])
  const compartmentId = application['compartmentId']
  const target = store.add('function', 'ACTIVE', { compartmentId, config: {} })
  updateFunction(store, target, details)
  return target
}

/** Replaces the given members; a configuration as a whole. */
export function updateFunction(store: Store, target: Resource, details: Json): void {
  const { sourceDetails, ...members } = details
  const image = members['image'] ?? (sourceDetails as Json | undefined)?.['image']
  if (typeof image === 'string') {
    const known = store.live('image').some((one) => image.endsWith(`/${imageName(one)}`))
    if (!known) badRequest(`image ${image} does not exist`)
    members['image'] = image
  }
  Object.assign(target, members)
}

function imageName(image: Resource): string {
  return `${String(image['repositoryName'])}:${String(image['version'])}`
}
