/** One Keycloak for all tests, with their functions and tokens. */
import { afterAll, expect } from '@jest/globals'
import { configFor, startHarness } from './harness.ts'
import { apiScope } from './keycloak/realms.ts'

const { KEYCLOAK_HOME: home } = process.env
if (home === undefined) throw new Error('run it by `npm run test:interop`')

export const harness = await startHarness(home)
export const { realms } = harness
afterAll(() => harness.close())

export const VALIDATIONS = ['introspection', 'jwt', 'jwt_and_introspection'] as const
export const INTROSPECTING = ['introspection', 'jwt_and_introspection'] as const
export const WITH_KEYS = ['jwt', 'jwt_and_introspection'] as const
type Validation = (typeof VALIDATIONS)[number]
export type Authorizers = Awaited<ReturnType<typeof deployWarm>>

export function deploy(validation: Validation) {
  return harness.deploy(configFor(validation, realms))
}

/** A function for each validation. A call with this token fills their caches. */
export async function deployWarm(token: string) {
  const authorizers = {
    introspection: deploy('introspection'),
    jwt: deploy('jwt'),
    jwt_and_introspection: deploy('jwt_and_introspection'),
  }
  for (const validation of VALIDATIONS) {
    const { outcome } = await authorizers[validation].decide(token)
    expect([validation, outcome]).toEqual([validation, 'permit'])
  }
  return authorizers
}

export function requestPartnerToken(scope?: string): Promise<string> {
  return realms.callers.requestClientToken(realms.partner, scope)
}

export function requestUserTokens() {
  return realms.callers.requestUserTokens(realms.portal, realms.alice, apiScope)
}

/** Changes a character in the middle of the signature: the last one has unused bits. */
export function withChangedSignature(token: string): string {
  const position = token.length - 100
  const other = token[position] === 'A' ? 'B' : 'A'
  return `${token.slice(0, position)}${other}${token.slice(position + 1)}`
}
