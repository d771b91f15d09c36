/** The doctor reports defects of the API deployment. */
import { afterAll, beforeAll, describe } from '@jest/globals'
import { deployed, deployedRoute, replaced, testFirstFailures } from './broken.ts'
import { startSetup, type Json, type Setup } from './setup.ts'

let setup: Setup
beforeAll(async () => {
  setup = await startSetup()
})
afterAll(() => setup.close())

const deployment = {
  'wrong argument name': [
    replaced(/"token"/g, '"access_token"'),
    /no argument token/,
    /request\.headers\[Authorization\]/,
  ],
  'Bearer doubled': [
    replaced(/\$\{request\.auth/g, 'Bearer ${request.auth'),
    /puts Bearer before/,
    /Set Authorization to/,
  ],
  'transformation missing on one route': [
    deployedRoute((policies) => {
      delete policies.headerTransformations
    }, 2),
    /does not set Authorization/,
    /OVERWRITE/,
  ],
  'another authentication policy': [
    replaced('CUSTOM_AUTHENTICATION', 'TOKEN_AUTHENTICATION'),
    /is not CUSTOM_AUTHENTICATION/,
    /deploy\/api-deployment/,
  ],
  'the cache key lacks the token': [
    replaced('"cacheKey":["token"]', '"cacheKey":["opc_request_id"]'),
    /cacheKey.*|does not have token/,
    /one call’s answer to another/,
  ],
  'the transformation appends': [
    replaced(/OVERWRITE/g, 'APPEND'),
    /does not overwrite/,
    /OVERWRITE/,
  ],
  'the transformation skips': [replaced(/OVERWRITE/g, 'SKIP'), /does not overwrite/, /OVERWRITE/],
  'the variable in the transformation is misspelt': [
    replaced(/back_end_token/g, 'backend_token'),
    /request\.auth\[backend_token\]/,
    /request\.auth\[back_end_token\]/,
  ],
  'the variable in the transformation is not marked': [
    replaced(/\$\{request\.auth\[back_end_token\]\}/g, 'request.auth[back_end_token]'),
    /to the token alone/,
    /\$\{request\.auth\[back_end_token\]\}/,
  ],
  'a filter removes the header again': [
    deployedRoute(({ headerTransformations }) => {
      Object.assign(headerTransformations ?? {}, {
        filterHeaders: { type: 'ALLOW', items: [{ name: 'Accept' }] },
      })
    }),
    /removes Authorization/,
    /ALLOW list/,
  ],
  'the header of the argument is misspelt': [
    replaced('headers[Authorization]', 'headers[Authorisation]'),
    /not where callers send the token/,
    /request\.headers\[Authorization\]/,
  ],
  'the argument is no expression': [
    replaced('request.headers[Authorization]', 'request.header[Authorization]'),
    /not an expression/,
    /request\.headers\[Authorization\]/,
  ],
  'a route with a token is open': [
    deployedRoute((policies) => {
      policies['authorization'] = { type: 'ANONYMOUS' }
    }),
    /ANONYMOUS/,
    /AUTHENTICATION_ONLY/,
  ],
  'only a text of the deployment has the name of the policy': [
    deployed((text) =>
      text
        .replace('"type":"CUSTOM_AUTHENTICATION"', '"type":"JWT_AUTHENTICATION"')
        .replace('"body":"', '"body":"CUSTOM_AUTHENTICATION '),
    ),
    /is not CUSTOM_AUTHENTICATION/,
    /deploy\/api-deployment/,
  ],
  'headers that the deployment sets are too large': [
    deployedRoute(({ headerTransformations }) => {
      const { items } = headerTransformations?.['setHeaders'] as { items: Json[] }
      items.push({ name: 'X-Note', values: ['n'.repeat(8192)], ifExists: 'OVERWRITE' })
    }),
    /sets \d+ bytes of headers \(X-Note 8202, Authorization \d+\)/,
    /8 KB/,
  ],
} as const

describe('a broken set-up', () => {
  testFirstFailures({ deployment }, () => setup)
})
