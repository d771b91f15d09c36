import { badRequest, conflict, listed, type Route } from './route.ts'
import type { Json, Kind, Resource, Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

const base = '/20190501'

/** API Gateway: everything but reading goes by work requests. */
export function gatewayRoutes(store: Store, work: WorkRequests): Route[] {
  return [
    ...common(store, 'gateway', 'gateways'),
    ...common(store, 'deployment', 'deployments'),
    {
      method: 'POST',
      path: `${base}/gateways`,
      model: ['oci-apigateway', 'CreateGatewayDetails'],
      answer: ({ body }) => {
        if (!['PUBLIC', 'PRIVATE'].includes(String(body['endpointType']))) {
          badRequest('endpointType is neither PUBLIC nor PRIVATE')
        }
        const gateway = store.add('gateway', 'CREATING', body)
        gateway['hostname'] =
          `${gateway.id.slice(-20)}.apigateway.eu-frankfurt-1.oci.customer-oci.com`
        return created(work, 'CREATE_GATEWAY', gateway)
      },
    },
    {
      method: 'DELETE',
      path: `${base}/gateways/*`,
      answer: ({ ids: [id] }) => {
        const hasDeployments = store
          .all('deployment')
          .some((one) => one['gatewayId'] === id && one.lifecycleState !== 'DELETED')
        if (hasDeployments) conflict('the gateway has deployments')
        return removed(work, 'DELETE_GATEWAY', store.get('gateway', id))
      },
    },
    {
      method: 'POST',
      path: `${base}/deployments`,
      model: ['oci-apigateway', 'CreateDeploymentDetails'],
      answer: ({ body }) => {
        const gateway = store.get('gateway', String(body['gatewayId']))
        if (gateway.lifecycleState !== 'ACTIVE') conflict('the gateway is not active')
        store.mustBeNew('deployment', 'pathPrefix', body['pathPrefix'])
        checkFunction(store, body)
        return created(work, 'CREATE_DEPLOYMENT', store.add('deployment', 'CREATING', body))
      },
    },
    {
      method: 'PUT',
      path: `${base}/deployments/*`,
      model: ['oci-apigateway', 'UpdateDeploymentDetails'],
      answer: ({ ids: [id], body }) => {
        const deployment = store.get('deployment', id)
        checkFunction(store, body)
        deployment.lifecycleState = 'UPDATING'
        const headers = work.start('gateway', 'UPDATE_DEPLOYMENT', deployment, () => {
          Object.assign(deployment, body, { lifecycleState: 'ACTIVE' })
        })
        return { status: 202, headers }
      },
    },
    {
      method: 'DELETE',
      path: `${base}/deployments/*`,
      answer: ({ ids: [id] }) => removed(work, 'DELETE_DEPLOYMENT', store.get('deployment', id)),
    },
  ]
}

function common(store: Store, kind: Kind, path: string): Route[] {
  return [
    {
      method: 'GET',
      path: `${base}/${path}`,
      answer: ({ query }) => ({ body: { items: listed(store.all(kind), query) } }),
    },
    {
      method: 'GET',
      path: `${base}/${path}/*`,
      answer: ({ ids: [id] }) => ({ body: store.get(kind, id) }),
    },
  ]
}

/** The function that a specification names has to exist. */
function checkFunction(store: Store, body: Json): void {
  const [, id] = /"functionId":"([^"]*)"/.exec(JSON.stringify(body)) ?? []
  const isKnown = store.live('function').some((one) => one.id === id)
  if (id !== undefined && !isKnown) badRequest(`there is no function ${id}`)
}

function created(work: WorkRequests, operation: string, resource: Resource) {
  const headers = work.start('gateway', operation, resource, () => {
    resource.lifecycleState = 'ACTIVE'
  })
  return { body: resource, headers }
}

function removed(work: WorkRequests, operation: string, resource: Resource) {
  resource.lifecycleState = 'DELETING'
  const headers = work.start('gateway', operation, resource, () => {
    resource.lifecycleState = 'DELETED'
  })
  return { status: 202, headers }
}
