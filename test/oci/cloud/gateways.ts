import { badRequest, conflict, get, listed, post, put, removal, type Route } from './route.ts'
import type { Json, Kind, Store } from './store.ts'
import type { WorkRequests } from './work-requests.ts'

const base = '/20190501'

/** API Gateway: everything except reading uses work requests. */
export function gatewayRoutes(store: Store, work: WorkRequests): Route[] {
  return [
    ...common(store, 'gateway', 'gateways'),
    ...common(store, 'deployment', 'deployments'),
    post(`${base}/gateways`, ['oci-apigateway', 'CreateGatewayDetails'], ({ body }) => {
      if (!['PUBLIC', 'PRIVATE'].includes(String(body['endpointType']))) {
        badRequest('endpointType is neither PUBLIC nor PRIVATE')
      }
      const gateway = store.add('gateway', 'CREATING', body)
      gateway['hostname'] =
        `${gateway.id.slice(-20)}.apigateway.eu-frankfurt-1.oci.customer-oci.com`
      return { body: gateway, headers: work.create('gateway', 'CREATE_GATEWAY', gateway) }
    }),
    removal(store, work, ['gateway', 'DELETE_GATEWAY', 'gateway'], `${base}/gateways/*`, [
      'deployment',
      'gatewayId',
    ]),
    post(`${base}/deployments`, ['oci-apigateway', 'CreateDeploymentDetails'], ({ body }) => {
      const gateway = store.get('gateway', String(body['gatewayId']))
      if (gateway.lifecycleState !== 'ACTIVE') conflict('the gateway is not active')
      store.mustBeNew('deployment', 'pathPrefix', body['pathPrefix'])
      checkFunction(store, body)
      const deployment = store.add('deployment', 'CREATING', body)
      return { body: deployment, headers: work.create('gateway', 'CREATE_DEPLOYMENT', deployment) }
    }),
    put(
      `${base}/deployments/*`,
      ['oci-apigateway', 'UpdateDeploymentDetails'],
      ({ ids: [id], body }) => {
        const deployment = store.get('deployment', id)
        checkFunction(store, body)
        deployment.lifecycleState = 'UPDATING'
        const headers = work.start('gateway', 'UPDATE_DEPLOYMENT', deployment, () => {
          Object.assign(deployment, body, { lifecycleState: 'ACTIVE' })
        })
        return { status: 202, headers }
      },
    ),
    removal(store, work, ['gateway', 'DELETE_DEPLOYMENT', 'deployment'], `${base}/deployments/*`),
  ]
}

function common(store: Store, kind: Kind, path: string): Route[] {
  return [
    get(`${base}/${path}`, ({ query }) => ({ body: { items: listed(store.all(kind), query) } })),
    get(`${base}/${path}/*`, ({ ids: [id] }) => ({ body: store.get(kind, id) })),
  ]
}

/** The function of a specification must exist. */
function checkFunction(store: Store, body: Json): void {
  const [, id] = /"functionId":"([^"]*)"/.exec(JSON.stringify(body)) ?? []
  const isKnown = store.live('function').some((one) => one.id === id)
  if (id !== undefined && !isKnown) badRequest(`there is no function ${id}`)
}
