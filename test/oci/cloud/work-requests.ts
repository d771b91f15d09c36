import { newOcid, now, type Resource } from './store.ts'

export type Service = 'functions' | 'gateway' | 'logging'

interface WorkRequest {
  readonly id: string
  readonly service: Service
  readonly operationType: string
  status: 'ACCEPTED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED'
  readonly resource: Resource
  readonly succeed: () => void
  readonly errorMessage?: string
}

/**
 * Each read moves a work request to its next state; it takes effect in the last one. A client that does not
 * wait gets an unfinished resource.
 */
export class WorkRequests {
  readonly #requests: WorkRequest[] = []
  readonly #failures = new Map<string, string>()

  /** The next operation of this type fails with this message. */
  failNext(operationType: string, message: string): void {
    this.#failures.set(operationType, message)
  }

  /** The message of the next operation of this type, if it fails. It fails once. */
  takeFailure(operationType: string): string | undefined {
    const message = this.#failures.get(operationType)
    this.#failures.delete(operationType)
    return message
  }

  /** The headers of the answer that starts a work request. */
  start(
    service: Service,
    operationType: string,
    resource: Resource,
    succeed: () => void,
  ): Record<string, string> {
    const errorMessage = this.takeFailure(operationType)
    const request: WorkRequest = {
      id: newOcid('workrequest'),
      service,
      operationType,
      status: 'ACCEPTED',
      resource,
      succeed,
      ...(errorMessage !== undefined && { errorMessage }),
    }
    this.#requests.push(request)
    return { 'opc-work-request-id': request.id }
  }

  /** Starts the creation of a resource; its state follows. */
  create(service: Service, operationType: string, resource: Resource) {
    return this.start(service, operationType, resource, () => {
      resource.lifecycleState = 'ACTIVE'
    })
  }

  /** The same for its deletion. */
  remove(service: Service, operationType: string, resource: Resource) {
    resource.lifecycleState = 'DELETING'
    return this.start(service, operationType, resource, () => {
      resource.lifecycleState = 'DELETED'
    })
  }

  read(service: Service, id: string | undefined): object | undefined {
    const request = this.#find(service, id)
    if (request === undefined) return undefined
    advance(request)
    const { operationType, status, resource } = request
    const actionType = status === 'SUCCEEDED' ? pastTense(operationType) : 'IN_PROGRESS'
    return {
      id,
      operationType,
      status,
      percentComplete: status === 'SUCCEEDED' ? 100 : 0,
      compartmentId: resource['compartmentId'],
      timeAccepted: now(),
      resources: [{ entityType: 'resource', actionType, identifier: resource.id }],
    }
  }

  /** The logging API returns lists; the other two return objects with `items`. */
  errors(service: Service, id: string | undefined): object | undefined {
    const request = this.#find(service, id)
    if (request === undefined) return undefined
    const { status, errorMessage: message } = request
    const errors = status === 'FAILED' ? [{ code: 'InternalError', message, timestamp: now() }] : []
    return service === 'logging' ? errors : { items: errors }
  }

  #find(service: Service, id: string | undefined): WorkRequest | undefined {
    return this.#requests.find((one) => one.service === service && one.id === id)
  }
}

function advance(request: WorkRequest): void {
  if (request.status === 'ACCEPTED') request.status = 'IN_PROGRESS'
  else if (request.status === 'IN_PROGRESS') {
    if (request.errorMessage === undefined) {
      request.status = 'SUCCEEDED'
      request.succeed()
    } else {
      request.status = 'FAILED'
      request.resource.lifecycleState = request.operationType.startsWith('CREATE')
        ? 'FAILED'
        : 'ACTIVE'
    }
  }
}

function pastTense(operationType: string): string {
  if (operationType.startsWith('CREATE')) return 'CREATED'
  return operationType.startsWith('UPDATE') ? 'UPDATED' : 'DELETED'
}
