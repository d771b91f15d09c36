import { badRequest, conflict, del, get, listed, post, put, type Route } from './route.ts'
import type { Json, Kind, Resource, Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

/** The version of the API that the CLI calls, and that of the pinned SDK. */
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
    del('/20260325/applications/*', ({ ids: [id] }) => {
      const application = store.get('application', id)
      if (store.existing('function').some((one) => one['applicationId'] === id)) {
        conflict('the application has functions')
      }
      return { status: 202, headers: work.remove('functions', 'DELETE_APPLICATION', application) }
    }),
    get('/20260325/functions', ({ query }) => ({ body: listed(store.all('function'), query) })),
    put(
      '/20260325/functions/*',
      ['oci-functions', 'UpdateFunctionDetails'],
      ({ ids: [id], body }) => {
        const target = store.get('function', id)
        updateFunction(store, target, body)
        // The update has happened when its answer comes.
        const headers = work.start('functions', 'UPDATE_FUNCTION', target, () => undefined)
        return { body: target, headers }
      },
    ),
    del('/20260325/functions/*', ({ ids: [id] }) => ({
      status: 202,
      headers: work.remove('functions', 'DELETE_FUNCTION', store.get('function', id)),
    })),
  ]
}

function byId(store: Store, kind: Kind, path: string): Route {
  return get(path, ({ ids: [id] }) => ({ body: store.get(kind, id) }))
}

/** What `fn deploy` does for a new function. */
export function createFunction(store: Store, details: Json): Resource {
  const application = store.get('application', String(details['applicationId']))
  if (application.lifecycleState !== 'ACTIVE') conflict('the application is not active')
  store.mustBeNew('function', 'displayName', details['displayName'])
  const compartmentId = application['compartmentId']
  const target = store.add('function', 'ACTIVE', { compartmentId, config: {} })
  updateFunction(store, target, details)
  return target
}

/** What is given replaces what was there; a configuration does so as a whole. */
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
