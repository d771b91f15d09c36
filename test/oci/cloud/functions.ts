import { badRequest, conflict, listed, type Route } from './route.ts'
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
    {
      method: 'POST',
      path: '/20260325/applications',
      model: ['oci-functions', 'CreateApplicationDetails'],
      answer: ({ body }) => {
        store.mustBeNew('application', 'displayName', body['displayName'])
        const application = store.add('application', 'CREATING', body)
        const headers = work.start('functions', 'CREATE_APPLICATION', application, () => {
          application.lifecycleState = 'ACTIVE'
        })
        return { body: application, headers }
      },
    },
    {
      method: 'GET',
      path: '/20260325/applications',
      answer: ({ query }) => ({ body: listed(store.all('application'), query) }),
    },
    {
      method: 'DELETE',
      path: '/20260325/applications/*',
      answer: ({ ids: [id] }) => {
        const application = store.get('application', id)
        const hasFunctions = store
          .all('function')
          .some((one) => one['applicationId'] === id && one.lifecycleState !== 'DELETED')
        if (hasFunctions) conflict('the application has functions')
        return { status: 202, headers: remove(work, 'DELETE_APPLICATION', application) }
      },
    },
    {
      method: 'GET',
      path: '/20260325/functions',
      answer: ({ query }) => ({ body: listed(store.all('function'), query) }),
    },
    {
      method: 'PUT',
      path: '/20260325/functions/*',
      model: ['oci-functions', 'UpdateFunctionDetails'],
      answer: ({ ids: [id], body }) => {
        const target = store.get('function', id)
        updateFunction(store, target, body)
        return {
          body: target,
          headers: work.start('functions', 'UPDATE_FUNCTION', target, noEffect),
        }
      },
    },
    {
      method: 'DELETE',
      path: '/20260325/functions/*',
      answer: ({ ids: [id] }) => ({
        status: 202,
        headers: remove(work, 'DELETE_FUNCTION', store.get('function', id)),
      }),
    },
  ]
}

function byId(store: Store, kind: Kind, path: string): Route {
  return { method: 'GET', path, answer: ({ ids: [id] }) => ({ body: store.get(kind, id) }) }
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

function remove(work: WorkRequests, operation: string, resource: Resource) {
  resource.lifecycleState = 'DELETING'
  return work.start('functions', operation, resource, () => {
    resource.lifecycleState = 'DELETED'
  })
}

function noEffect(): void {
  // The update has happened when its answer comes.
}
