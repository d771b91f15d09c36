/** One Keycloak for all tests of the suite, with the functions and tokens that they need. */
import { afterAll, expect } from '@jest/globals'
import { apiScope } from './keycloak/cast.ts'
import { configFor, startHarness, type Authorizer } from './harness.ts'

const { KEYCLOAK_HOME: home } = process.env
if (home === undefined) throw new Error('run it by `npm run test:interop`')

export const harness = await startHarness(home)
afterAll(() => harness.close())

export const validations = ['introspection', 'jwt', 'jwt_and_introspection'] as const
type Validation = (typeof validations)[number]
export type Authorizers = Record<Validation, Authorizer>

export function deploy(validation: Validation) {
  return harness.deploy(configFor(validation, harness.cast))
}

/** A function for each validation, with the caches filled by a call with this token. */
export async function startedWith(token: string): Promise<Authorizers> {
  const authorizers: Authorizers = {
    introspection: deploy('introspection'),
    jwt: deploy('jwt'),
    jwt_and_introspection: deploy('jwt_and_introspection'),
  }
  for (const validation of validations) {
    const { outcome } = await authorizers[validation].decide(token)
    expect([validation, outcome]).toEqual([validation, 'permit'])
  }
  return authorizers
}

export function requestPartnerToken(scope?: string): Promise<string> {
  return harness.cast.callers.requestClientToken(harness.cast.partner, scope)
}

export function requestUserTokens() {
  const { callers, portal, alice } = harness.cast
  return callers.requestUserTokens(portal, alice, apiScope)
}

/** Changes a character in the middle: the last one has unused bits. */
export function withAnotherSignature(token: string): string {
  const position = token.length - 100
  const other = token[position] === 'A' ? 'B' : 'A'
  return `${token.slice(0, position)}${other}${token.slice(position + 1)}`
}
