import { badRequest, conflict, get, type Route } from './route.ts'
import type { Json } from './store.ts'

export interface Application {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly audience?: string
  readonly isOPCService: boolean
}

export interface Role {
  readonly id: string
  readonly displayName: string
  readonly app: { readonly value: string }
}

export interface User {
  readonly id: string
  readonly userName: string
}

/** The SCIM resources of an identity domain that the documents use. */
export class IdentityDomainData {
  readonly applications: Application[] = []
  readonly roles: Role[] = []
  readonly users: User[] = []
  readonly grants: Json[] = []
}

export function identityDomainRoutes(domain: IdentityDomainData): Route[] {
  return [
    ...Object.entries({
      Apps: domain.applications,
      AppRoles: domain.roles,
      Users: domain.users,
      Grants: domain.grants,
    }).map(([path, resources]) =>
      get(`/admin/v1/${path}`, ({ query }) => ({ body: list(resources, query.get('filter')) })),
    ),
    {
      method: 'POST',
      path: '/admin/v1/Grants',
      answer: ({ body }) => {
        const { schemas, grantMechanism, grantee, app, entitlement } = body
        if (![schemas, grantMechanism, grantee, app, entitlement].every(Boolean)) {
          badRequest('a grant needs schemas, grantMechanism, grantee, app and entitlement')
        }
        const isTheSame = (grant: Json) =>
          JSON.stringify([grant['grantee'], grant['entitlement']]) ===
          JSON.stringify([grantee, entitlement])
        if (domain.grants.some(isTheSame)) conflict('the grant exists')
        const grant = { ...body, id: `grant-${domain.grants.length + 1}` }
        domain.grants.push(grant)
        return { status: 201, body: grant }
      },
    },
  ]
}

/** Filters of `eq`, joined by `and` (RFC 7644 §3.4.2.2). */
function list(resources: readonly object[], filter: string | null) {
  const conditions = (filter ?? '').split(' and ').filter(Boolean)
  const found = resources.filter((resource) =>
    conditions.every((condition) => {
      const [, path = '', expected = ''] = /^(\S+) eq (.+)$/.exec(condition) ?? []
      const value = path
        .split('.')
        .reduce<unknown>(
          (part, name) => (part as Record<string, unknown> | undefined)?.[name],
          resource,
        )
      return JSON.stringify(value) === expected
    }),
  )
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: found.length,
    itemsPerPage: found.length,
    startIndex: 1,
    Resources: found,
  }
}
